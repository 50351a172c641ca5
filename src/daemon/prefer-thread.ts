import { getPriority, setPriority } from 'node:os';
import type { Log } from '../log.ts';

/** Steps of niceness (nice(1)) above the rest of the daemon: a thread that wakes up then runs at once. */
const STEPS = 10;
const MOST_FAVOURED = -20;

/**
 * Lets the calling thread run before the others: on Linux niceness belongs to a thread, and 0 names the one that
 * calls (setpriority(2), NOTES). Where that is not allowed (it takes CAP_SYS_NICE, or LimitNICE= in systemd's
 * unit) all stays as it is: packets are answered then too, only later while every CPU is busy.
 */
export function preferThisThread(log: Log): void {
  try {
    setPriority(0, Math.max(MOST_FAVOURED, getPriority(0) - STEPS));
  } catch (error) {
    log.info({ error: String(error) }, 'the packet thread runs at the usual priority');
  }
}
