/** Hosts and leases of ISC dhcpd: its configuration and its leases file have one grammar. Pure. */
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import {
  type ForeignFile,
  type ForeignLease,
  type ForeignReservation,
  hostnameOf,
  lastOfEach,
  NEVER,
  NO_MAC,
  nicMac,
  type Skipped,
} from './foreign.ts';
import { readStatements, type Statement } from './isc-statements.ts';

type Found = {
  readonly hosts: Map<string, Statement>;
  readonly leases: { readonly address: Ipv4; readonly statement: Statement }[];
  readonly skipped: Skipped[];
};

/** @throws IngotError `invalid_input` with the line of the mistake */
export function readIsc(text: string): ForeignFile {
  const found: Found = { hosts: new Map(), leases: [], skipped: [] };
  collect(readStatements(text), found);
  const reservations: ForeignReservation[] = [];
  const leases: ForeignLease[] = [];
  const { skipped } = found;
  for (const [name, host] of found.hosts) {
    const read = hostOf(name, host);
    const at = { line: host.line };
    if (typeof read === 'string') skipped.push({ ...at, what: `host ${name}`, why: read });
    else reservations.push(...read.map((one) => ({ ...at, ...one })));
  }
  for (const { address, statement } of lastOfEach(found.leases)) {
    const read = leaseOf(statement);
    const at = { line: statement.line };
    if (typeof read === 'string') skipped.push({ ...at, what: `lease of ${address}`, why: read });
    else leases.push({ ...at, address, ...read });
  }
  return { reservations, leases, skipped };
}

/** Hosts stand anywhere; a later one of the same name (the leases file has those of OMAPI) takes its place. */
function collect(statements: readonly Statement[], found: Found): void {
  for (const statement of statements) {
    const { line, words, block, cutOff } = statement;
    const [, name = ''] = words;
    const kind = keyword(words[0]);
    if (kind === 'include' && block === null) {
      found.skipped.push({ line, what: `include "${name}"`, why: 'import that file as well, with this one' });
    } else if (kind === 'host' && block !== null) {
      if (block.some((one) => keyword(one.words[0]) === 'deleted')) found.hosts.delete(name);
      else found.hosts.set(name, statement);
    } else if (kind === 'lease' && block !== null) {
      const address = parseIpv4(name);
      if (cutOff || address === null)
        found.skipped.push({ line, what: `lease of ${name}`, why: 'it is cut off or damaged' });
      else found.leases.push({ address, statement });
    } else if (block !== null) collect(block, found);
  }
}

function hostOf(
  name: string,
  host: Statement,
): readonly Pick<ForeignReservation, 'mac' | 'address' | 'hostname'>[] | string {
  const mac = hardwareOf(host);
  if (mac === null) return NO_MAC;
  const said = valuesOf(host, ['option', 'host-name']) ?? valuesOf(host, ['ddns-hostname']) ?? [name];
  const hostname = hostnameOf(said[0]);
  const fixed = valuesOf(host, ['fixed-address']);
  if (fixed === null) return [{ mac, address: null, hostname }];
  const addresses = fixed.map(parseIpv4);
  const wrong = fixed.find((_, index) => addresses[index] === null);
  if (wrong !== undefined) return `its fixed-address "${wrong}" is a name: write the address`;
  return addresses.map((address) => ({ mac, address, hostname }));
}

function leaseOf(lease: Statement): Omit<ForeignLease, 'line' | 'address'> | string {
  const state = keyword(valuesOf(lease, ['binding', 'state'])?.[0] ?? 'active');
  if (state !== 'active') return `its state is ${state}`;
  const mac = hardwareOf(lease);
  if (mac === null) return NO_MAC;
  const [startedAt, expiresAt] = [timeOf(lease, 'starts'), timeOf(lease, 'ends')];
  if (startedAt === null || expiresAt === null) return 'it has no time of start or end';
  return { mac, hostname: hostnameOf(valuesOf(lease, ['client-hostname'])?.[0]), startedAt, expiresAt };
}

function hardwareOf(statement: Statement): Mac | null {
  return nicMac(valuesOf(statement, ['hardware', 'ethernet'])?.[0] ?? '');
}

/** dhcpd takes its keywords in either case. */
function keyword(word = ''): string {
  return word.toLowerCase();
}

/** The words behind these in the block's last statement that begins with them. */
function valuesOf({ block }: Statement, begin: readonly string[]): readonly string[] | null {
  const found = block?.findLast(({ words }) => begin.every((word, index) => keyword(words[index]) === word));
  return found === undefined ? null : found.words.slice(begin.length);
}

/** `never`, `epoch SECONDS`, or `WEEKDAY YYYY/MM/DD HH:MM:SS` in UTC (dhcpd.leases(5)). */
function timeOf(lease: Statement, word: 'starts' | 'ends'): number | null {
  const [begin, second = '', third = ''] = valuesOf(lease, [word]) ?? [];
  const first = keyword(begin);
  if (first === 'never') return NEVER;
  if (first === 'epoch') return /^\d{1,11}$/.test(second) ? Number(second) * 1000 : null;
  const time = Date.parse(`${second.replaceAll('/', '-')}T${third}Z`);
  return /^\d$/.test(first) && /^\d{4}\/\d\d\/\d\d$/.test(second) && !Number.isNaN(time) ? time : null;
}
