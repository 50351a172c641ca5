/** A bound on requests per client address: a bucket of `burst` requests that refills by `perSecond`. */

export type RequestRate = { allows(address: string, nowMs: number): boolean };

export function createRequestRate(limit: {
  readonly burst: number;
  readonly perSecond: number;
  /** Addresses remembered; the one that was quiet for longest is forgotten first. */
  readonly maxAddresses: number;
}): RequestRate {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    allows: (address, nowMs) => {
      const before = buckets.get(address) ?? { tokens: limit.burst, at: nowMs };
      // A clock that was set back must not empty the bucket.
      const elapsedS = Math.max(0, nowMs - before.at) / 1000;
      const tokens = Math.min(limit.burst, before.tokens + elapsedS * limit.perSecond);
      const allowed = tokens >= 1;
      buckets.delete(address);
      buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, at: nowMs });
      if (buckets.size > limit.maxAddresses) {
        const oldest = buckets.keys().next();
        if (!oldest.done) buckets.delete(oldest.value);
      }
      return allowed;
    },
  };
}
