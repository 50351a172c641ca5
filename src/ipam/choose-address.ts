import type { NetworkConfig } from '../config/schema.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber } from '../net/ipv4.ts';
import { protectedAddresses, spanOf } from './ranges.ts';

/**
 * The lowest free address in the network's `static` ranges, in the order of the ranges; null when all are
 * taken, when there is no static range, and always on an `oob` network: the addresses of BMCs are not ours.
 *
 * `taken`: every address given away on this network. Looks at no more than `taken.size` addresses plus a few.
 */
export function chooseAddress(network: NetworkConfig, taken: ReadonlySet<string>): Ipv4 | null {
  if (network.role === 'oob') return null;
  const kept = new Set(protectedAddresses(network).map(({ address }) => address));
  for (const range of network.ranges.filter(({ use }) => use === 'static')) {
    const { first, last } = spanOf(range);
    for (let value = first; value <= last; value += 1) {
      const address = ipv4FromNumber(value);
      if (!kept.has(address) && !taken.has(address)) return address;
    }
  }
  return null;
}

export type Capacity = { readonly total: number; readonly taken: number; readonly free: number };

/** How many addresses the static ranges hold, and how many of them are taken. */
export function capacityOf(network: NetworkConfig, taken: ReadonlySet<string>): Capacity {
  const spans =
    network.role === 'oob' ? [] : network.ranges.filter(({ use }) => use === 'static').map(spanOf);
  const inside = (address: Ipv4): boolean => {
    const value = ipv4ToNumber(address);
    return spans.some((span) => value >= span.first && value <= span.last);
  };
  const kept = new Set(protectedAddresses(network).map(({ address }) => address));
  const size = spans.reduce((sum, span) => sum + span.last - span.first + 1, 0);
  const total = size - [...kept].filter(inside).length;
  const used = [...taken].filter((address) => inside(address as Ipv4)).length;
  return { total, taken: used, free: Math.max(0, total - used) };
}
