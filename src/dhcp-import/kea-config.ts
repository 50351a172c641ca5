/** Host reservations from the configuration of kea-dhcp4: global ones, and those of its subnets. Pure. */
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import {
  badLine,
  type ForeignFile,
  type ForeignReservation,
  hostnameOf,
  NO_MAC,
  nicMac,
  type Skipped,
} from './foreign.ts';
import { isFields, type JsonFields, type JsonValue, readJsonWithComments } from './json-with-comments.ts';

/** @throws IngotError `invalid_input` with the line of the mistake */
export function readKeaConfig(text: string): ForeignFile {
  const { value, lineOf } = readJsonWithComments(text);
  const dhcp4 = dhcp4Of(value);
  if (dhcp4 === null) {
    const isV6 = isFields(value) && isFields(value.Dhcp6);
    throw badLine(
      1,
      isV6 ? 'DHCPv6 is not imported' : 'there is no "Dhcp4" in it: is it the file of kea-dhcp4?',
    );
  }
  const reservations: ForeignReservation[] = [];
  const skipped: Skipped[] = [];
  for (const name of ['hosts-database', 'hosts-databases'].filter((one) => one in dhcp4)) {
    const why =
      'reservations in a database are not in this file: write them into it, or reserve them by command';
    skipped.push({ line: lineOf(dhcp4), what: name, why });
  }
  for (const { host, subnet } of hostsOf(dhcp4)) {
    const read = reservationOf(host);
    const line = lineOf(host);
    if ('why' in read) skipped.push({ line, ...read });
    else reservations.push({ line, ...read, ...(subnet === null ? {} : { subnet }) });
  }
  return { reservations, leases: [], skipped };
}

/** Also from the answer of `config-get`, which may be a list of one. */
function dhcp4Of(value: JsonValue): JsonFields | null {
  const answer = Array.isArray(value) ? value[0] : value;
  if (!isFields(answer)) return null;
  const root = isFields(answer.arguments) ? answer.arguments : answer;
  return isFields(root.Dhcp4) ? root.Dhcp4 : null;
}

function hostsOf(dhcp4: JsonFields): readonly { readonly host: JsonFields; readonly subnet: Ipv4 | null }[] {
  const shared = fieldsIn(dhcp4['shared-networks']).flatMap((network) => fieldsIn(network.subnet4));
  const subnets = [...fieldsIn(dhcp4.subnet4), ...shared];
  return [dhcp4, ...subnets].flatMap((part) => {
    const subnet = parseIpv4(textOf(part.subnet)?.split('/')[0] ?? '');
    return fieldsIn(part.reservations).map((host) => ({ host, subnet }));
  });
}

function fieldsIn(list: JsonValue | undefined): readonly JsonFields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function reservationOf(host: JsonFields): Omit<ForeignReservation, 'line'> | Omit<Skipped, 'line'> {
  const mac = macOf(host);
  const given = textOf(host['ip-address']);
  const address = given === null ? null : parseIpv4(given);
  const what = `reservation of ${given ?? textOf(host.hostname) ?? 'nothing'}`;
  if (mac === null) return { what, why: NO_MAC };
  if (given !== null && address === null) return { what, why: `"${given}" is no IPv4 address` };
  return { mac, address, hostname: hostnameOf(textOf(host.hostname)) };
}

/** A client identifier of type 1 is the MAC (RFC 2132 9.14). */
function macOf(host: JsonFields): Mac | null {
  const [hardware, client] = [textOf(host['hw-address']), textOf(host['client-id'])];
  if (hardware !== null) return nicMac(hardware);
  return client === null ? null : nicMac(/^01:?([0-9a-f:]{12,17})$/i.exec(client)?.[1] ?? '');
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
