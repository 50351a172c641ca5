/** The head of an Ethernet frame (RFC 894). Pure. */
import { type Mac, macToBytes } from './mac.ts';

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806 } as const;
export type EtherType = (typeof ETHERTYPE)[keyof typeof ETHERTYPE];

export const ETHERNET_BYTES = 14;
export const EVERY_MAC = 'ff:ff:ff:ff:ff:ff' as Mac;

export function writeEthernet(
  bytes: Uint8Array,
  { to, from, type }: { readonly to: Mac; readonly from: Mac; readonly type: EtherType },
): void {
  bytes.set(macToBytes(to), 0);
  bytes.set(macToBytes(from), 6);
  bytes.set([type >> 8, type & 255], 12);
}
