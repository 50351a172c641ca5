import type { NetworkConfig } from '../config/schema.ts';
import { type Ipv4, ipv4FromNumber } from '../net/ipv4.ts';
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
