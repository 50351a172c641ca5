/** Under what a lease is kept: the MAC, or, where the network says so, the client identifier. Pure. */
import type { Mac } from '../../net/mac.ts';

/** Option 61 in hex, such as `id:ff1a2b...`; never looks like a MAC. */
export type ClientIdText = `id:${string}`;
export type LeaseKey = Mac | ClientIdText;

/** Who asks: by its MAC a machine is reserved for and boots, by its key it has leases. */
export type Claimant = { readonly mac: Mac; readonly leaseKey: LeaseKey };

/** What leases and offers say of whose they are; without `clientId` they are kept under the MAC. */
export type Kept = { readonly mac: Mac; readonly clientId?: ClientIdText };

/**
 * RFC 2132 9.14: at least a type and a byte. RFC 4361's are of at most 5 + 128 bytes; the text is kept with each lease.
 */
const LEAST_BYTES = 2;
const MOST_BYTES = 133;

/** Null: there is none, or none that is fit to be kept. */
export function clientIdText(clientId: Uint8Array | null): ClientIdText | null {
  if (clientId === null || clientId.length < LEAST_BYTES || clientId.length > MOST_BYTES) return null;
  return `id:${Buffer.from(clientId).toString('hex')}`;
}

/** As it was stored; null for anything else. */
export function parseClientIdText(text: unknown): ClientIdText | null {
  const isOne = typeof text === 'string' && /^id:(?:[0-9a-f]{2}){2,133}$/.test(text);
  return isOne && isClientIdText(text) ? text : null;
}

function isClientIdText(key: string): key is ClientIdText {
  return key.startsWith('id:');
}

export function leaseKeyOf({ mac, clientId }: Kept): LeaseKey {
  return clientId ?? mac;
}

export function keptFor({ mac, leaseKey }: Claimant): Kept {
  return isClientIdText(leaseKey) ? { mac, clientId: leaseKey } : { mac };
}

/**
 * Whether what is kept under that key is the claimant's own. What is kept under the bare MAC is, too: it was given
 * before the network went by client identifiers, or to a program of the machine that sends none.
 */
export function isOwn(key: LeaseKey, { mac, leaseKey }: Claimant): boolean {
  return key === leaseKey || key === mac;
}
