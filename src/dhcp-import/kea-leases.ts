/** Leases from Kea's memfile: a CSV journal with a heading, in which the last line of an address counts. Pure. */
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import {
  badLine,
  type ForeignFile,
  type ForeignLease,
  hostnameOf,
  lastOfEach,
  NEVER,
  NO_MAC,
  nicMac,
  type Skipped,
} from './foreign.ts';

const COLUMNS = ['address', 'hwaddr', 'valid_lifetime', 'expire', 'hostname', 'state'] as const;
type Column = (typeof COLUMNS)[number];

/** Kea's lease states (`Lease::STATE_*`); 0 is a lease in use, or one that expired and was not tidied away yet. */
const STATES: Readonly<Record<string, string>> = {
  1: 'it was declined by its machine',
  2: 'it ended',
  3: 'it was given back',
};
/** `valid_lifetime` of a lease without an end. */
const INFINITE = 0xffffffff;

type Line = {
  readonly line: number;
  readonly address: Ipv4;
  readonly cells: Readonly<Record<Column, string>>;
};

export function isKeaLeases(text: string): boolean {
  return text.startsWith('address,');
}

/** @throws IngotError `invalid_input` when a column that is needed is missing */
export function readKeaLeases(text: string): ForeignFile {
  const [heading = '', ...rows] = text.split('\n');
  const names = heading.trim().split(',');
  const missing = COLUMNS.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw badLine(1, `the column ${missing.join(', ')} is missing: is it kea-leases4.csv?`);
  const lines: Line[] = [];
  const skipped: Skipped[] = [];
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue;
    const read = cellsOf(row.trimEnd(), names);
    const address = parseIpv4(read?.address ?? '');
    if (read !== null && address !== null) lines.push({ line: index + 2, address, cells: read });
    else skipped.push({ line: index + 2, what: row.slice(0, 40), why: 'the line is cut off or damaged' });
  }
  const leases: ForeignLease[] = [];
  for (const { line, address, cells } of lastOfEach(lines)) {
    const read = leaseOf(cells);
    if (typeof read === 'string') skipped.push({ line, what: `lease of ${address}`, why: read });
    else leases.push({ line, address, ...read });
  }
  return { reservations: [], leases, skipped };
}

/** Null when there are not as many cells as columns. Kea writes a comma inside a cell as `&#x2c`. */
function cellsOf(row: string, names: readonly string[]): Line['cells'] | null {
  const cells = row.split(',');
  if (cells.length !== names.length) return null;
  const cell = (name: Column): string =>
    (cells[names.indexOf(name)] ?? '').replace(/&#x([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return {
    address: cell('address'),
    hwaddr: cell('hwaddr'),
    valid_lifetime: cell('valid_lifetime'),
    expire: cell('expire'),
    hostname: cell('hostname'),
    state: cell('state'),
  };
}

function leaseOf(cells: Line['cells']): Omit<ForeignLease, 'line' | 'address'> | string {
  const mac = nicMac(cells.hwaddr);
  const [expire, lifetime] = [Number(cells.expire), Number(cells.valid_lifetime)];
  const ended = STATES[cells.state];
  if (ended !== undefined) return ended;
  if (mac === null) return NO_MAC;
  if (!isSeconds(cells.expire) || !isSeconds(cells.valid_lifetime)) return 'its times are no numbers';
  const expiresAt = lifetime === INFINITE ? NEVER : expire * 1000;
  const startedAt = Math.max(0, expire - (lifetime === INFINITE ? 0 : lifetime)) * 1000;
  return { mac, hostname: hostnameOf(cells.hostname), startedAt, expiresAt };
}

/** Whole seconds that fit a date of four digits. */
function isSeconds(text: string): boolean {
  return /^\d{1,11}$/.test(text);
}
