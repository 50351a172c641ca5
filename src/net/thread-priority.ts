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

/**
 * Lets the calling thread run as soon as it has something to do: while every CPU is busy a thread of the usual
 * policy waits up to some milliseconds for the end of another's slice, one of SCHED_RR for nobody. The kernel
 * leaves the others 5 % of each CPU at least (/proc/sys/kernel/sched_rt_runtime_us). It takes CAP_SYS_NICE, or
 * LimitRTPRIO= in systemd's unit; without, niceness (LimitNICE=) helps in part.
 * Returns null, or why the thread stays as it is: all works then too, only later while every CPU is busy.
 */
export function preferThisThread(): string | null {
  if (setPolicy(LINUX.SCHED_RR, REAL_TIME)) return null;
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
