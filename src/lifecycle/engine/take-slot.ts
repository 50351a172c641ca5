/** How a job comes to a slot, and when it needs none. */
import type { JobRecord } from '../../store/records/job.ts';
import { POWER_VERB } from '../plans/plans.ts';
import type { Surroundings } from './run-job.ts';
import type { SlotKind, Steps } from './step.ts';

/**
 * Waits for a slot, telling so in the job when it takes a while. That has no deadline of its own, and needs none: who
 * holds a slot works on a step that has one, and slots are given in the order of asking.
 */
export async function takeSlot(
  kind: SlotKind,
  job: JobRecord,
  { tools, reach }: Surroundings,
): Promise<() => void> {
  if (tools.slots[kind].full()) {
    const name = kind.replace('_', ' ');
    await tools.commits.queue(job, `its turn: ${tools.limits[kind]} ${name} at once is the limit`);
    reach.onDue(Number.POSITIVE_INFINITY);
  }
  return await tools.slots[kind].take(reach.signal, job.id);
}

/**
 * A step that may take for ever only waits, and must not keep other jobs from their work. Jobs that only switch power
 * are bounded by `power_actions`; the job of a parent or a child, which has a slot, may wait for them.
 */
export function needsNoSlot({ verb, steps, cursor }: JobRecord, known: Steps): boolean {
  return verb === POWER_VERB || known[steps[cursor]?.name ?? '']?.limit === 'never';
}
