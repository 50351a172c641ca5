/** Leases as bytes, for the lease log and between threads: one JSON array, so that `strings` shows an operator all. */
import { parseIpv4 } from '../../../net/ipv4.ts';
import { parseMac } from '../../../net/mac.ts';
import type { Lease } from '../lease.ts';
import { parseClientIdText } from '../lease-key.ts';

export type JournalEntry = {
  readonly network: string;
  /** The lease, and the one that it ends on another address. */
  readonly leases: readonly Lease[];
};

export type NetworkLease = { readonly network: string; readonly lease: Lease };

export function encodeEntries(entries: readonly JournalEntry[]): Uint8Array {
  const rows = entries.flatMap(({ network, leases }) =>
    leases.map((lease) => [
      network,
      lease.address,
      lease.mac,
      lease.hostname,
      lease.startedAt,
      lease.expiresAt,
      lease.relayInformation === null ? null : Buffer.from(lease.relayInformation).toString('hex'),
      ...seldom(lease),
    ]),
  );
  return Buffer.from(JSON.stringify(rows));
}

/** Most leases have neither: each byte is flushed before its ACK leaves. */
function seldom({ clientId, giaddr }: Lease): readonly (string | null)[] {
  if (giaddr !== null) return [clientId ?? null, giaddr];
  return clientId == null ? [] : [clientId];
}

/** What is no lease is left out: somebody edited it into nonsense. @throws SyntaxError when it is no JSON */
export function decodeEntries(bytes: Uint8Array): readonly NetworkLease[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const rows: unknown = JSON.parse(text);
  return Array.isArray(rows) ? rows.flatMap(leaseOfRow) : [];
}

function leaseOfRow(row: unknown): readonly NetworkLease[] {
  if (!Array.isArray(row)) return [];
  const [network, addressText, macText, hostname, startedAt, expiresAt, relay, id, via]: readonly unknown[] =
    row;
  const address = typeof addressText === 'string' ? parseIpv4(addressText) : null;
  const mac = typeof macText === 'string' ? parseMac(macText) : null;
  if (address === null || mac === null || typeof network !== 'string') return [];
  if (hostname !== null && typeof hostname !== 'string') return [];
  if (typeof startedAt !== 'number' || typeof expiresAt !== 'number') return [];
  // Absent in rows of before.
  const relayInformation = typeof relay === 'string' ? Buffer.from(relay, 'hex') : null;
  const giaddr = typeof via === 'string' ? parseIpv4(via) : null;
  const clientId = parseClientIdText(id);
  const kept = clientId === null ? { mac } : { mac, clientId };
  return [{ network, lease: { address, ...kept, hostname, relayInformation, giaddr, startedAt, expiresAt } }];
}
