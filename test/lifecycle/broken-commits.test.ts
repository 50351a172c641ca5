/**
 * What the end of a step cannot write: a defect fails the step, in every state in which ingot works or waits, for the
 * next try would meet it again; what passes by itself, as a full disk does, is tried until it has passed.
 */
import { expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import type { StepOutcome } from '../../src/lifecycle/engine/step.ts';
import { isTransient, next } from '../../src/lifecycle/graph/graph.ts';
import { PROVISION_STATES, type ProvisionState } from '../../src/store/words.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { createLoneEngine } from './fakes/engine.ts';

const HINT = { hint: 'Look at it.' };
const FULL = new IngotError('environment', 'The disk is full', HINT);

/** A job of one step on a node in `state`; the step is done, but for what the n-th try of writing that throws. */
async function endedWith(state: ProvisionState, thrown: (attempt: number) => Error | null) {
  const store = await temporaryStore();
  let attempts = 0;
  const done: StepOutcome = {
    kind: 'done',
    note: 'The step is done.',
    also: () => {
      const error = thrown(++attempts);
      return error === null ? Promise.resolve() : Promise.reject(error);
    },
  };
  const steps = { only: { does: 'doing it', run: () => Promise.resolve(done) } };
  const { ids, untilIdle } = await createLoneEngine(steps, { store, state });
  await untilIdle(60);
  const job = await store.jobs.get(ids[0] ?? 0);
  return { node: await store.nodes.get(job?.node_uuid ?? ''), job, attempts };
}

const DEFECTS: readonly Error[] = [
  new TypeError('SQLite3 can only bind numbers, strings, bigints, buffers, and null'),
  new IngotError('conflict', 'Two rows with one name', HINT),
  new IngotError('internal', 'No such edge', HINT),
];

const STATES = PROVISION_STATES.filter(isTransient);

it.each(STATES)('a defect at the end of a step fails it in state "%s"', async (state) => {
  for (const defect of DEFECTS) {
    const { node, job, attempts } = await endedWith(state, () => defect);
    expect(node).toMatchObject({
      provision_state: next(state, 'fail'),
      last_error: expect.stringContaining(defect.message),
    });
    expect(job).toMatchObject({ status: 'failed' });
    expect(attempts).toBe(1);
  }
});

it('a full disk fails no step: its end is written when there is space again', async () => {
  const { node, job, attempts } = await endedWith('inspecting', (attempt) => (attempt <= 3 ? FULL : null));
  expect(node).toMatchObject({ provision_state: 'manageable', last_error: null });
  expect(job).toMatchObject({ status: 'done' });
  expect(attempts).toBe(4);
});

it('neither does one that is full for hours', async () => {
  expect(await endedWith('inspecting', () => FULL)).toMatchObject({ job: { status: 'running' } });
});
