/** What is read from another DHCP server's files: plain facts with the line where each stands. */
import { IngotError } from '../errors.ts';
import { HOSTNAME } from '../net/hostname.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { isNicMac, type Mac, parseMac } from '../net/mac.ts';

export type ForeignReservation = {
  readonly line: number;
  readonly mac: Mac;
  /** Null: the server knows the machine and gives it an address from a range. */
  readonly address: Ipv4 | null;
  readonly hostname: string | null;
  /** The first address of the subnet that it stands in, where it stands in one. */
  readonly subnet?: Ipv4;
};

export type ForeignLease = {
  readonly line: number;
  readonly mac: Mac;
  readonly address: Ipv4;
  readonly hostname: string | null;
  /** Milliseconds since the epoch, both. */
  readonly startedAt: number;
  readonly expiresAt: number;
};

/** Something in the file that ingot cannot take over, and why. */
export type Skipped = { readonly line: number; readonly what: string; readonly why: string };

export type ForeignFile = {
  readonly reservations: readonly ForeignReservation[];
  readonly leases: readonly ForeignLease[];
  readonly skipped: readonly Skipped[];
};

/** The end of a lease that has none: the last moment that fits a date of four digits. */
export const NEVER = Date.UTC(9999, 11, 31);

export const NO_MAC = 'it names no MAC; ingot knows machines by their MAC only';

/** What cannot be read at all. `invalid_input`, beginning with the line. */
export function badLine(line: number, problem: string): IngotError {
  return new IngotError('invalid_input', `line ${line}: ${problem}`, {
    hint: 'Correct the file, or let its own server check it. Nothing was imported.',
  });
}

/** The MAC of one NIC, its bytes perhaps of one digit; null for anything else, all zeros and group addresses too. */
export function nicMac(text: string): Mac | null {
  const bytes = text.split(':');
  const mac = parseMac(bytes.length === 6 ? bytes.map((byte) => byte.padStart(2, '0')).join(':') : text);
  return mac !== null && isNicMac(mac) ? mac : null;
}

/** The name where it is one (RFC 1123): other servers are less strict, and a reservation can do without. */
export function hostnameOf(text: string | null | undefined): string | null {
  const name = text?.replace(/\.$/, '') ?? '';
  return HOSTNAME.test(name) ? name : null;
}

/** The last lease of each address: lease files are journals. In the order of these last ones. */
export function lastOfEach<T extends { readonly address: Ipv4 }>(entries: readonly T[]): readonly T[] {
  const last = new Map<Ipv4, T>();
  for (const entry of entries) {
    last.delete(entry.address);
    last.set(entry.address, entry);
  }
  return [...last.values()];
}
