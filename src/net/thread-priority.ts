/**
 * Which threads run first. Linux schedules threads, not processes: niceness and policy belong to one thread, and
 * those that it starts inherit them (sched(7)).
 */
import { getPriority, setPriority } from 'node:os';
import { LINUX, libc } from './libc.ts';

/** Bytes of `struct sched_param`: one int. */
const SCHED_PARAM_BYTES = 4;
/** The lowest of the real-time priorities: above all usual threads, below what the kernel keeps for itself. */
const REAL_TIME = 1;
/** Steps of niceness (nice(1)) above the rest of the daemon, where no real-time priority is allowed. */
const STEPS = 10;
const MOST_FAVOURED = -20;
/** To setpriority(2) and sched_setscheduler(2): the calling thread. */
const THIS_THREAD = 0;

/** What share of its time a preferred thread may run and stay so; and how quiet it has to be to be preferred again. */
const BUSY_SHARE = 0.5;
const QUIET_SHARE = 0.25;
const LOOK_MS = 100;

/**
 * Lets the calling thread run as soon as it has something to do: while every CPU is busy a thread of the usual
 * policy waits up to some milliseconds for the end of another's slice, one of SCHED_RR for nobody. It takes
 * CAP_SYS_NICE, or LimitRTPRIO= in systemd's unit; without, niceness (LimitNICE=) helps in part.
 * Returns null, or why the thread stays as it is: all works then too, only later while every CPU is busy.
 */
export function preferThisThread(): string | null {
  const problem = favourThisThread();
  return setPolicy(LINUX.SCHED_RR, REAL_TIME) ? null : problem;
}

/**
 * As `preferThisThread`; but a thread that has much to do gives that up until it is over: whoever is on the same CPU
 * would not run at all, the relay that has to take its answers, say.
 */
export function preferThisThreadUnlessBusy(): string | null {
  const problem = favourThisThread();
  if (!setPolicy(LINUX.SCHED_RR, REAL_TIME)) return problem;
  let isPreferred = true;
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > QUIET_SHARE && utilization <= BUSY_SHARE) return;
    const isQuiet = utilization <= QUIET_SHARE;
    if (isQuiet === isPreferred) return;
    if (setPolicy(isQuiet ? LINUX.SCHED_RR : LINUX.SCHED_OTHER, isQuiet ? REAL_TIME : 0))
      isPreferred = isQuiet;
  }, LOOK_MS).unref();
  return problem;
}

/** By niceness; null, or why not. */
function favourThisThread(): string | null {
  try {
    setPriority(THIS_THREAD, Math.max(MOST_FAVOURED, getPriority(THIS_THREAD) - STEPS));
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Takes back what the calling thread inherited from a preferred one. `niceness`: the usual one, see nice(1). */
export function useUsualPriority(niceness: number): void {
  setPolicy(LINUX.SCHED_OTHER, 0);
  if (getPriority(THIS_THREAD) < niceness) setPriority(THIS_THREAD, niceness);
}

function setPolicy(policy: number, priority: number): boolean {
  const parameters = Buffer.alloc(SCHED_PARAM_BYTES);
  parameters.writeInt32LE(priority);
  return libc.sched_setscheduler(THIS_THREAD, policy, parameters) === 0;
}
