/** UDP over IPv4 in Ethernet frames (RFC 768, 791, 894). Pure. */
import { ETHERNET_BYTES, ETHERTYPE, writeEthernet } from './ethernet.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from './ipv4.ts';
import { type Mac, macFromBytes } from './mac.ts';

export type UdpEnd = { readonly mac: Mac; readonly address: Ipv4; readonly port: number };

export type UdpFrame = {
  readonly from: UdpEnd;
  readonly to: UdpEnd;
  readonly payload: Uint8Array;
};

const IP_BYTES = 20;
const UDP_BYTES = 8;
export const UDP_PROTOCOL = 17;

export function encodeUdpFrame({ from, to, payload }: UdpFrame): Uint8Array {
  const udpBytes = UDP_BYTES + payload.length;
  const bytes = Buffer.alloc(ETHERNET_BYTES + IP_BYTES + udpBytes);
  writeEthernet(bytes, { to: to.mac, from: from.mac, type: ETHERTYPE.ipv4 });

  const ip = bytes.subarray(ETHERNET_BYTES);
  ip[0] = 0x45;
  // Precedence "immediate", as DHCP servers send: queues prefer it.
  ip[1] = 0x10;
  ip.writeUInt16BE(IP_BYTES + udpBytes, 2);
  ip[8] = 64;
  ip[9] = UDP_PROTOCOL;
  ip.writeUInt32BE(ipv4ToNumber(from.address), 12);
  ip.writeUInt32BE(ipv4ToNumber(to.address), 16);
  ip.writeUInt16BE(checksum(ip.subarray(0, IP_BYTES)), 10);

  const udp = ip.subarray(IP_BYTES);
  udp.writeUInt16BE(from.port, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udpBytes, 4);
  udp.set(payload, UDP_BYTES);
  // The pseudo header: both addresses, the protocol, the length.
  const sum = checksum(udp, wordSum(ip.subarray(12, IP_BYTES)) + UDP_PROTOCOL + udpBytes);
  // 0 means "none": RFC 768.
  udp.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return bytes;
}

/** Null for anything but a whole, unfragmented UDP datagram. Checksums are the kernel's and the NIC's business. */
export function decodeUdpFrame(frame: Uint8Array): UdpFrame | null {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  if (bytes.length < ETHERNET_BYTES + IP_BYTES + UDP_BYTES) return null;
  if (bytes.readUInt16BE(12) !== ETHERTYPE.ipv4) return null;
  const ip = bytes.subarray(ETHERNET_BYTES);
  const ipBytes = ((ip[0] ?? 0) & 15) * 4;
  const isUdp = (ip[0] ?? 0) >> 4 === 4 && ip[9] === UDP_PROTOCOL && ipBytes >= IP_BYTES;
  const isFragment = (ip.readUInt16BE(6) & 0x3fff) !== 0;
  const udp = ip.subarray(ipBytes);
  if (!isUdp || isFragment || udp.length < UDP_BYTES) return null;
  const udpBytes = udp.readUInt16BE(4);
  if (udpBytes < UDP_BYTES || udpBytes > udp.length) return null;
  const address = (offset: number): Ipv4 => ipv4FromNumber(ip.readUInt32BE(offset));
  return {
    from: { mac: macFromBytes(bytes, 6), address: address(12), port: udp.readUInt16BE(0) },
    to: { mac: macFromBytes(bytes, 0), address: address(16), port: udp.readUInt16BE(2) },
    payload: Uint8Array.from(udp.subarray(UDP_BYTES, udpBytes)),
  };
}

/** The Internet checksum (RFC 1071) over the bytes and what was added up before. */
function checksum(bytes: Uint8Array, before = 0): number {
  let sum = before + wordSum(bytes);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return sum;
}
