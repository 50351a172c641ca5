/** ARP over Ethernet for IPv4 (RFC 826). Pure. */
import { ETHERNET_BYTES, ETHERTYPE, EVERY_MAC, writeEthernet } from './ethernet.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from './ipv4.ts';
import { type Mac, macFromBytes, macToBytes } from './mac.ts';

const ARP_BYTES = 28;
/** What an ARP message is: its operation. */
export const ARP = { request: 1, reply: 2 } as const;

/** Asks who has the address without claiming one: an ARP probe (RFC 5227 2.1.1). */
export function encodeArpProbe(own: Mac, target: Ipv4): Uint8Array {
  const bytes = Buffer.alloc(ETHERNET_BYTES + ARP_BYTES);
  writeEthernet(bytes, { to: EVERY_MAC, from: own, type: ETHERTYPE.arp });
  const arp = bytes.subarray(ETHERNET_BYTES);
  // Ethernet (1) and IPv4, addresses of 6 and 4 bytes.
  arp.set([0, 1, 0x08, 0x00, 6, 4, 0, ARP.request]);
  arp.set(macToBytes(own), 8);
  arp.writeUInt32BE(ipv4ToNumber(target), 24);
  return bytes;
}

/** Who says to have which address; null for anything but an ARP reply. */
export function decodeArpReply(frame: Uint8Array): { readonly address: Ipv4; readonly mac: Mac } | null {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  if (bytes.length < ETHERNET_BYTES + ARP_BYTES || bytes.readUInt16BE(12) !== ETHERTYPE.arp) return null;
  const arp = bytes.subarray(ETHERNET_BYTES);
  if (arp.readUInt16BE(2) !== ETHERTYPE.ipv4 || arp[4] !== 6 || arp[5] !== 4) return null;
  if (arp.readUInt16BE(6) !== ARP.reply) return null;
  return { mac: macFromBytes(arp, 8), address: ipv4FromNumber(arp.readUInt32BE(14)) };
}
