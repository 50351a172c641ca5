import type { StepContext } from '../engine/step.ts';

const SHORTEST_MS = 200;
const LONGEST_MS = 2_000;

/**
 * How soon (ms) to ask BMC or agent again: often at first, since most of what is asked for is quick, then every
 * two seconds.
 */
export function soon({ job, since }: Pick<StepContext, 'job' | 'since'>): number {
  const elapsed = since(Date.parse(job.step_started_at));
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.floor(elapsed / 4)));
}
