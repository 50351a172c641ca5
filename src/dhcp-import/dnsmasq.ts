/**
 * Hosts and leases of dnsmasq, line by line, whatever file they stand in: its configuration (`dhcp-host=`), hosts files
 * (`dhcp-hostsfile=`), `/etc/ethers`, and the leases file. Pure.
 */
import { parseIpv4 } from '../net/ipv4.ts';
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

type Read = {
  readonly reservations: ForeignReservation[];
  readonly leases: ForeignLease[];
  readonly skipped: Skipped[];
};

/** Settings that name other files with hosts. */
const ELSEWHERE = /^(dhcp-hostsfile|dhcp-hostsdir|conf-file|conf-dir|read-ethers|dhcp-optsfile)\b/;
/** A hardware type may stand before a MAC: `06-00:20:...`. */
const MAC = /^(?:[0-9a-f]{1,2}-)?((?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2})$/i;
const LEASE = /^(\d{1,11})\s+(\S+)\s+(\d+\.\d+\.\d+\.\d+)\s+(\S+)(?:\s+\S+)?$/;
const ETHERS = /^([0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5})\s+(\S+)$/i;
const SETTING = /^(?:--)?([a-z][a-z0-9-]*)\s*(?:=\s*(.*))?$/;

/** `now`, in milliseconds since the epoch: dnsmasq does not write when a lease began. */
export function readDnsmasq(text: string, now: number): ForeignFile {
  const read: Read = { reservations: [], leases: [], skipped: [] };
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/(^|\s)#.*$/, '').trim();
    // Leases of IPv6 follow.
    if (content.startsWith('duid ')) break;
    if (content !== '') readLine({ line: index + 1, content, now }, read);
  }
  return { ...read, leases: lastOfEach(read.leases) };
}

type Line = { readonly line: number; readonly content: string; readonly now: number };

function readLine({ line, content, now }: Line, read: Read): void {
  const lease = LEASE.exec(content);
  const ethers = ETHERS.exec(content);
  const setting = SETTING.exec(content);
  const skip = (why: string): void => void read.skipped.push({ line, what: content.slice(0, 60), why });
  if (lease !== null) readLease({ line, content, now }, lease, read);
  else if (ethers !== null) readHost({ line, fields: ethers.slice(1) }, read);
  else if (setting?.[1] === 'dhcp-host') readHost({ line, fields: (setting[2] ?? '').split(',') }, read);
  else if (ELSEWHERE.test(setting?.[1] ?? '')) skip('import the hosts of that file as well, with this one');
  else if (setting === null && content.includes(',')) readHost({ line, fields: content.split(',') }, read);
  else if (setting === null) skip('the line is not understood');
}

function readLease({ line, now }: Line, [, ends, who, where, name]: readonly string[], read: Read): void {
  const mac = macOf(who ?? '');
  const address = parseIpv4(where ?? '');
  if (mac === null || address === null) {
    read.skipped.push({
      line,
      what: `lease of ${where}`,
      why: mac === null ? NO_MAC : 'the line is damaged',
    });
    return;
  }
  const expiresAt = ends === '0' ? NEVER : Number(ends) * 1000;
  read.leases.push({
    line,
    mac,
    address,
    expiresAt,
    startedAt: Math.min(now, expiresAt),
    hostname: name === '*' ? null : hostnameOf(name),
  });
}

function readHost(
  { line, fields }: { readonly line: number; readonly fields: readonly string[] },
  read: Read,
): void {
  const words = fields.map((field) => field.trim()).filter((field) => field !== '');
  const what = `host ${words.join(',').slice(0, 60)}`;
  const host = hostOf(words);
  if (typeof host === 'string') {
    read.skipped.push({ line, what, why: host });
    return;
  }
  const { more, ...reservation } = host;
  read.reservations.push({ line, ...reservation });
  for (const mac of more) {
    const why = `ingot keeps an address for one MAC, ${reservation.mac}; ${mac} is left out`;
    read.skipped.push({ line, what, why });
  }
}

type Host = Omit<ForeignReservation, 'line'> & { readonly more: readonly Mac[] };

/** The fields of one host in whatever order (dnsmasq(8), --dhcp-host), or why it cannot be taken over. */
function hostOf(words: readonly string[]): Host | string {
  if (words.includes('ignore')) return 'it tells dnsmasq not to answer the machine';
  if (words.some((word) => /^[0-9a-f*]{1,2}(:[0-9a-f*]{1,2}){5}$/i.test(word) && word.includes('*')))
    return 'it is for all MACs of a pattern; ingot reserves for one MAC';
  const [mac, ...more] = words.flatMap((word) => macOf(word) ?? []);
  if (mac === undefined) return NO_MAC;
  const [address = null] = words.flatMap((word) => parseIpv4(word) ?? []);
  const name = words.find((word) => macOf(word) === null && parseIpv4(word) === null && !isTagOrTime(word));
  return { mac, address, hostname: hostnameOf(name), more };
}

/** Tags, client identifiers, IPv6 addresses and lease times. */
function isTagOrTime(word: string): boolean {
  return (
    /^(set|net|tag|id):/.test(word) ||
    // Units stand in either case, words only as they are here.
    /^\d+[smhdw]?$/i.test(word) ||
    /^(infinite|deprecated)$/.test(word) ||
    word.startsWith('[')
  );
}

function macOf(word: string): Mac | null {
  return nicMac(MAC.exec(word)?.[1] ?? '');
}
