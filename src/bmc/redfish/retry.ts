/** When a request to a BMC is tried again. Pure; the waiting is the caller's. */

/** Seconds between attempts; the number of attempts is one more than its length. */
const BACKOFF_S = [1, 2, 4, 8, 15] as const;
const JITTER = 0.3;
const RETRY_AFTER_MAX_MS = 120_000;

/** Attempts at reading, or at reaching a BMC that refuses connections. */
export const MAX_ATTEMPTS = 5;
/** Attempts at a write that the BMC puts off because it is busy (POST of the host, a configuration job). */
export const MAX_BUSY_ATTEMPTS = 8;

/** `attempt` counts from 0; `random` is in [0, 1). The result is in milliseconds, ±30 % around the table. */
export function backoffMs(attempt: number, random: number): number {
  const seconds = BACKOFF_S[Math.min(attempt, BACKOFF_S.length - 1)] ?? 15;
  return Math.round(seconds * 1000 * (1 + JITTER * (2 * random - 1)));
}

/** `Retry-After` (RFC 9110 section 10.2.3: seconds or a date) in milliseconds, capped; null when absent or odd. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS) : null;
}

/** Whether the same GET may be answered otherwise in a moment. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
