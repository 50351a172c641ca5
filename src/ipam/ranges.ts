/** Arithmetic on runs of addresses. Pure. */
import type { NetworkConfig } from '../config/schema.ts';
import { type Cidr, type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../net/ipv4.ts';

/** A run of addresses as unsigned 32-bit numbers, both ends included. */
export type Span = { readonly first: number; readonly last: number };

export function spanOf(range: { readonly from: Ipv4; readonly to: Ipv4 }): Span {
  return { first: ipv4ToNumber(range.from), last: ipv4ToNumber(range.to) };
}

export function cidrSpan(cidr: Cidr): Span {
  return spanOf({ from: cidr.network, to: cidr.broadcast });
}

/** The addresses in both; null when there is none. */
export function intersection(a: Span, b: Span): Span | null {
  const first = Math.max(a.first, b.first);
  const last = Math.min(a.last, b.last);
  return first <= last ? { first, last } : null;
}

export function holds(span: Span, address: Ipv4): boolean {
  const value = ipv4ToNumber(address);
  return value >= span.first && value <= span.last;
}

/** `10.0.0.5` or `10.0.0.5-10.0.0.9`. */
export function formatSpan(span: Span): string {
  const first = ipv4FromNumber(span.first);
  return span.first === span.last ? first : `${first}-${ipv4FromNumber(span.last)}`;
}

/** An address of a network that no node may get, and what it is. */
export type Protected = { readonly address: Ipv4; readonly what: string };

/** Network and broadcast address; a /31 and a /32 have none (RFC 3021). */
export function networkEnds(cidr: Cidr): readonly Protected[] {
  if (cidr.prefix >= 31) return [];
  return [
    { address: cidr.network, what: 'the network address' },
    { address: cidr.broadcast, what: 'the broadcast address' },
  ];
}

/** Network and broadcast address, the gateway, our own address and name servers. */
export function protectedAddresses(network: NetworkConfig): readonly Protected[] {
  const { cidr, gateway, address, nameservers } = network;
  return [
    ...networkEnds(cidr),
    ...(gateway == null ? [] : [{ address: gateway, what: 'the gateway' }]),
    ...(address === undefined ? [] : [{ address, what: "ingot's own address" }]),
    ...nameservers.map((nameserver) => ({ address: nameserver, what: 'a name server' })),
  ];
}
