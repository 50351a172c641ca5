/** The addresses that a network hands out by itself, in order. */
import { cidrContains, type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../../net/ipv4.ts';
import type { DhcpNetwork } from '../wires/network.ts';

export type DynamicAddresses = {
  includes(address: Ipv4): boolean;
  /** How many there are. */
  readonly size: number;
  /** Each address once, lowest first; lazily, a range may hold millions. */
  inOrder(): IterableIterator<Ipv4>;
};

/**
 * The `dhcp` ranges without our own address, the gateway, and the addresses that end in .0 or .255: those are
 * lawful inside a larger network, yet some clients refuse them (dnsmasq leaves them out, too).
 */
export function dynamicAddresses(network: DhcpNetwork): DynamicAddresses {
  const ranges = network.ranges
    .filter(({ from, to }) => cidrContains(network.cidr, from) && cidrContains(network.cidr, to))
    .map(({ from, to }) => ({ first: ipv4ToNumber(from), last: ipv4ToNumber(to) }));
  const ours = ipv4ToNumber(network.address);
  const gateway = network.gateway === null ? null : ipv4ToNumber(network.gateway);
  const given = (value: number): boolean => isUsual(value) && value !== ours && value !== gateway;
  const inRange = (value: number): boolean =>
    ranges.some(({ first, last }) => value >= first && value <= last);
  const notGiven = new Set([ours, ...(gateway === null ? [] : [gateway])]);
  const keptOut = [...notGiven].filter((value) => isUsual(value) && inRange(value)).length;
  return {
    includes: (address) => {
      const value = ipv4ToNumber(address);
      return given(value) && inRange(value);
    },
    size: ranges.reduce((sum, { first, last }) => sum + usualUpTo(last) - usualUpTo(first - 1), 0) - keptOut,
    inOrder: function* () {
      for (const { first, last } of ranges) {
        for (let value = first; value <= last; value++) if (given(value)) yield ipv4FromNumber(value);
      }
    },
  };
}

function isUsual(value: number): boolean {
  const lastByte = value & 255;
  return lastByte !== 0 && lastByte !== 255;
}

/** How many usual addresses there are from 0.0.0.0 up to this one: 254 in each whole block of 256. */
function usualUpTo(value: number): number {
  const count = value + 1;
  return Math.floor(count / 256) * 254 + Math.max(0, (count % 256) - 1);
}
