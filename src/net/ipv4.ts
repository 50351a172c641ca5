/** An IPv4 address in dotted-quad form. */
export type Ipv4 = string & { readonly __brand: 'Ipv4' };

/** A CIDR block: `network/prefix`, the host bits zero. */
export type Cidr = {
  readonly network: Ipv4;
  readonly prefix: number;
  readonly netmask: Ipv4;
  readonly broadcast: Ipv4;
};

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const DOTTED_QUAD = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

export function parseIpv4(text: string): Ipv4 | null {
  return DOTTED_QUAD.test(text) ? (text as Ipv4) : null;
}

/** The address as an unsigned 32-bit number, most significant byte first. */
export function ipv4ToNumber(address: Ipv4): number {
  // Each packet asks a dozen times: no array, no part strings.
  let value = 0;
  let part = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      value = value * 256 + part;
      part = 0;
    } else part = part * 10 + code - ZERO;
  }
  return value * 256 + part;
}

const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

export function ipv4FromNumber(value: number): Ipv4 {
  const n = value >>> 0;
  return `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}` as Ipv4;
}

/** Reads `a.b.c.d/n`; null when malformed or when host bits are set. */
export function parseCidr(text: string): Cidr | null {
  const [addressText = '', prefixText = '', ...rest] = text.split('/');
  const address = parseIpv4(addressText);
  if (address === null || rest.length > 0 || !/^\d{1,2}$/.test(prefixText) || Number(prefixText) > 32)
    return null;
  const prefix = Number(prefixText);
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  const value = ipv4ToNumber(address);
  if ((value & mask) >>> 0 !== value) return null;
  return {
    network: address,
    prefix,
    netmask: ipv4FromNumber(mask),
    broadcast: ipv4FromNumber((value | ~mask) >>> 0),
  };
}

export function cidrContains(cidr: Cidr, address: Ipv4): boolean {
  const value = ipv4ToNumber(address);
  return value >= ipv4ToNumber(cidr.network) && value <= ipv4ToNumber(cidr.broadcast);
}

/**
 * Whether a machine can have it: contained, and neither the block's own name nor its broadcast address (RFC 3021: /31
 * has none).
 */
export function isHostOf(cidr: Cidr, address: Ipv4): boolean {
  if (!cidrContains(cidr, address)) return false;
  return cidr.prefix >= 31 || (address !== cidr.network && address !== cidr.broadcast);
}

/**
 * Whether one machine somewhere can have it: neither of "this network" (0/8), loopback (127/8), multicast (224/4) nor
 * reserved (240/4, with the broadcast address in it).
 */
export function isUnicast(address: Ipv4): boolean {
  const first = ipv4ToNumber(address) / 2 ** 24;
  return first >= 1 && first < 224 && Math.floor(first) !== 127;
}

export function formatCidr(cidr: Cidr): string {
  return `${cidr.network}/${cidr.prefix}`;
}
