/** What the engine writes down of a step, and forgets with its end. */
import { expect, it } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import { Superseded } from '../../src/lifecycle/engine/commit.ts';
import type { Steps } from '../../src/lifecycle/engine/step.ts';
import { createWakeable } from '../../src/lifecycle/engine/wake.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { createLoneEngine } from './fakes/engine.ts';
import { createIdleClock } from './fakes/idle-clock.ts';

const AWAY = new IngotError('bmc_unreachable', 'The BMC is away', { hint: 'Look at it.' });

async function engineOf(steps: Steps, jobs = 1) {
  const store = await temporaryStore({ gather: () => Promise.resolve() });
  const engine = await createLoneEngine(steps, { store, jobs });
  return { ...engine, store, untilIdle: () => engine.untilIdle(100) };
}

const done = { kind: 'done', note: 'It is done.' } as const;

it('the tries of a step are forgotten with its end: the next one has all of its own', async () => {
  const attempts: number[] = [];
  const first = async () => {
    if (attempts.push(-1) === 1) throw AWAY;
    return done;
  };
  const second = async ({ job }: { readonly job: { readonly attempt: number } }) => {
    attempts.push(job.attempt);
    return done;
  };
  const { untilIdle } = await engineOf({
    first: { does: 'asking', run: first },
    second: { does: 'asking', run: second },
  });
  await untilIdle();
  expect(attempts).toEqual([-1, -1, 0]);
});

it('a step that waits after a failed try has all its tries again', async () => {
  const attempts: number[] = [];
  const run = async ({ job }: { readonly job: { readonly attempt: number } }) => {
    attempts.push(job.attempt);
    if (attempts.length === 1) throw AWAY;
    return attempts.length === 2 ? ({ kind: 'wait', for: 'an answer', pollMs: 1_000 } as const) : done;
  };
  const { untilIdle } = await engineOf({ only: { does: 'asking', run } });
  await untilIdle();
  expect(attempts).toEqual([0, 1, 0]);
});

it('a call that was left behind writes nothing once its job is at another step', async () => {
  const run = async () => done;
  const { store, commits, ids } = await engineOf({
    first: { does: 'asking', run },
    second: { does: 'asking', run },
  });
  const [id = 0] = ids;
  await store.jobs.update(id, { cursor: 1 });
  const late = { id, cursor: 0 };
  await expect(commits.save(late, { sent: true }, {})).rejects.toThrow(Superseded);
  await expect(commits.failed(late, { because: 'It failed.', hint: '' })).rejects.toThrow(Superseded);
  expect(await store.jobs.get(id)).toMatchObject({ cursor: 1, scratch: {}, status: 'running' });
});

it('a job in the middle of a step comes before one that waits for its turn, also when it is younger', async () => {
  const called: number[] = [];
  const run = async ({ job }: { readonly job: { readonly id: number } }) => {
    called.push(job.id);
    return done;
  };
  const { clock, store, ids, untilIdle } = await engineOf({ only: { does: 'asking', run } }, 2);
  const [older = 0, younger = 0] = ids;
  await store.jobs.update(younger, { deadline: new Date(clock.now() + 3_600_000).toISOString() });
  await untilIdle();
  expect(called).toEqual([younger, older]);
});

it('a step that fails by a defect at its end takes the node into maintenance, as any failure of it does', async () => {
  const run = async () => ({ ...done, also: () => Promise.reject(new TypeError('no such column')) });
  const { store, ids, untilIdle } = await engineOf({
    only: { does: 'cleaning', run, fault: () => 'clean failure' },
  });
  await untilIdle();
  const node = (await store.jobs.get(ids[0] ?? 0))?.node_uuid ?? '';
  expect(await store.nodes.get(node)).toMatchObject({ maintenance: true, fault: 'clean failure' });
});

it('a nudge during work ends the next sleep, and only that', async () => {
  const clock = createIdleClock();
  const wakeable = createWakeable(clock);
  const { signal } = new AbortController();
  wakeable.nudge();
  await wakeable.sleepUntil(1_000, signal);
  expect(clock.elapsed()).toBe(0);
  await wakeable.sleepUntil(1_000, signal);
  expect(clock.elapsed()).toBe(1_000);
});
