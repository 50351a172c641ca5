/** Gives back what starting took: most of what a thread has loaded by then is garbage that nobody would collect. */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { spareMemoryReturner } from '../dhcp/leases/journal/spare-memory.ts';

/** What a first start makes (certificates, tables) is made by then. */
const SETTLED_MS = 4_000;
/** Share of its time that a thread works, above which it has no time for this. */
const BUSY = 0.02;
/** As when memory runs out: a usual collection keeps the pages that it has emptied. */
const THOROUGH = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

/**
 * Collects the calling thread's garbage once, in the first quiet seconds after the start, and returns the pages to the
 * kernel: the idle daemon is 138 MB instead of 158. It takes some 20 to 50 ms, once; more where there is much to keep.
 */
export function returnStartUpMemory(): void {
  const collectOnce = (): void => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect(THOROUGH);
    spareMemoryReturner()();
  };
  const collectWhenQuiet = (): void => {
    const since = performance.eventLoopUtilization();
    const look = (): void => {
      if (performance.eventLoopUtilization(since).utilization > BUSY) collectWhenQuiet();
      else collectOnce();
    };
    setTimeout(look, SETTLED_MS).unref();
  };
  collectWhenQuiet();
}
