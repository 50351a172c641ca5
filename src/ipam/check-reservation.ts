/** Whether DHCP can keep what an operator or a foreign server's file wants for a MAC, as sentences. Pure. */
import type { NetworkConfig } from '../config/schema.ts';
import { HOSTNAME } from '../net/hostname.ts';
import { cidrContains, formatCidr, type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import type { ReservationRecord } from '../store/records/address.ts';
import { formatSpan, holds, protectedAddresses, spanOf } from './ranges.ts';

export type ReservationWish = {
  /** Null: the network that the address is of. */
  readonly network: string | null;
  readonly mac: Mac;
  /** Null: the machine shall be known, and take an address from the range. */
  readonly address: Ipv4 | null;
  readonly hostname: string | null;
};

export type ReservationVerdict =
  | { readonly ok: true; readonly network: NetworkConfig }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** What stands in the way by the configuration alone; who has the address already is the store's to say. */
export function checkReservation(
  wish: ReservationWish,
  networks: readonly NetworkConfig[],
): ReservationVerdict {
  const place = networkOf(wish, networks);
  if (!place.ok) return place;
  const { network } = place;
  if (wish.hostname !== null && !HOSTNAME.test(wish.hostname)) {
    return no(
      `"${wish.hostname}" is no host name`,
      'Use letters, digits, inner hyphens and dots (RFC 1123).',
    );
  }
  if (network.dhcp === 'off' || network.dhcp === 'proxy') {
    return no(
      `network ${network.name} has dhcp: ${network.dhcp}, so ingot gives no addresses there`,
      'Set dhcp to authoritative or reservations on that network in the configuration.',
    );
  }
  return wish.address === null ? place : checkAddress(wish.address, network);
}

/** Why a reservation that was stored once does not fit the configuration of today, or null. */
export function reservationProblem(
  record: ReservationRecord,
  networks: readonly NetworkConfig[],
): string | null {
  const mac = parseMac(record.mac);
  const address = record.address === null ? null : parseIpv4(record.address);
  if (mac === null || (address === null && record.address !== null)) return 'it is damaged';
  const { network, hostname } = record;
  const verdict = checkReservation({ network, mac, address, hostname }, networks);
  return verdict.ok ? null : verdict.message;
}

function networkOf(wish: ReservationWish, networks: readonly NetworkConfig[]): ReservationVerdict {
  const { address } = wish;
  if (wish.network !== null) {
    const named = networks.find(({ name }) => name === wish.network);
    if (named === undefined)
      return no(
        `there is no network "${wish.network}"`,
        `${listed(networks)} They stand in the configuration.`,
      );
    if (address === null || cidrContains(named.cidr, address)) return { ok: true, network: named };
    const other = networks.find(({ cidr }) => cidrContains(cidr, address));
    return no(
      `${address} is not in network ${named.name} (${formatCidr(named.cidr)})`,
      other === undefined ? listed(networks) : `It is in network ${other.name}.`,
    );
  }
  if (address !== null) {
    const around = networks.find(({ cidr }) => cidrContains(cidr, address));
    return around === undefined
      ? no(`${address} is in none of the configured networks`, listed(networks))
      : { ok: true, network: around };
  }
  const [only, ...more] = networks.filter(({ dhcp }) => dhcp === 'authoritative' || dhcp === 'reservations');
  if (only !== undefined && more.length === 0) return { ok: true, network: only };
  return no(
    'neither an address nor a network is named',
    `Name the network (\`--network NAME\`). ${listed(networks)}`,
  );
}

function checkAddress(address: Ipv4, network: NetworkConfig): ReservationVerdict {
  const taken = protectedAddresses(network).find((one) => one.address === address);
  if (taken !== undefined)
    return no(`${address} is ${taken.what} of network ${network.name}`, 'Choose another address.');
  const range = network.ranges.find(({ use, ...ends }) => use === 'static' && holds(spanOf(ends), address));
  if (range === undefined) return { ok: true, network };
  return no(
    `${address} is in the static range ${formatSpan(spanOf(range))} of network ${network.name}, which ingot gives to deployed systems by itself`,
    'Choose an address outside of it, or shorten that range in the configuration.',
  );
}

function no(message: string, hint: string): ReservationVerdict {
  return { ok: false, message, hint };
}

function listed(networks: readonly NetworkConfig[]): string {
  if (networks.length === 0) return 'No network is configured.';
  return `There are ${networks.map(({ name, cidr }) => `${name} (${formatCidr(cidr)})`).join(', ')}.`;
}
