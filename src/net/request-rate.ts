/** A bound on requests per client address: a bucket of `burst` requests that refills by `perSecond`. */
import { createRecentMap } from './recent-map.ts';

export type RequestRate = { allows(address: string, nowMs: number): boolean };

export function createRequestRate(limit: {
  readonly burst: number;
  readonly perSecond: number;
  /** Addresses remembered; the one that was quiet for longest is forgotten first. */
  readonly maxAddresses: number;
}): RequestRate {
  const buckets = createRecentMap<string, { readonly tokens: number; readonly at: number }>(
    limit.maxAddresses,
  );
  return {
    allows: (address, nowMs) => {
      const before = buckets.get(address) ?? { tokens: limit.burst, at: nowMs };
      // A clock that was set back must not empty the bucket.
      const elapsedS = Math.max(0, nowMs - before.at) / 1000;
      const tokens = Math.min(limit.burst, before.tokens + elapsedS * limit.perSecond);
      const allowed = tokens >= 1;
      buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, at: nowMs });
      return allowed;
    },
  };
}
