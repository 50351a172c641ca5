/** The end of a step and the begin of the next: one transaction, and what the next one knows by it. */
import { expect, it } from 'vitest';
import { createAdvance } from '../../src/lifecycle/engine/advance.ts';
import { type Begun, createCommits } from '../../src/lifecycle/engine/commit.ts';
import type { StepDefinition } from '../../src/lifecycle/engine/step.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const NODE = '9174949b-0daa-4f6f-90a7-b8c9b114028d';
const TIMES: Begun = { step_started_at: '2026-11-22T12:00:01.000Z', deadline: '2026-11-22T13:00:01.000Z' };

const step = (does: string): StepDefinition => ({ does, run: async () => ({ kind: 'done', note: does }) });

async function cleaning() {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: NODE, driver: 'redfish', provision_state: 'cleaning' });
  const steps = ['wipe', 'test'].map((name) => ({ name, args: {} }));
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'provide', steps });
  const now = (): string => '2026-11-22T12:00:00.000Z';
  const endingOf = () => ({ end: null, givesBack: false, afterFailure: [], afterAbort: () => [] });
  const advance = createAdvance({ steps: { wipe: step('wiping'), test: step('testing') }, endingOf, now });
  return { store, job, commits: createCommits(store, advance, () => Date.parse(now())) };
}

it('the next step begins with the end of the one before, and is told so', async () => {
  const { store, job, commits } = await cleaning();
  const begun = await commits.done(job, { kind: 'done', note: 'Wiped.' }, () => TIMES);
  expect(begun?.job).toMatchObject({ cursor: 1, ...TIMES });
  expect(await store.jobs.get(job.id)).toEqual(begun?.job);
  const kinds = (await store.events.list({ node_uuid: NODE })).map(({ kind }) => kind);
  expect(kinds).toEqual(['job.step_done', 'job.step_started']);
});

it('a step that has to wait for its turn does not begin', async () => {
  const { store, job, commits } = await cleaning();
  expect(await commits.done(job, { kind: 'done', note: 'Wiped.' }, () => null)).toBeNull();
  expect(await store.jobs.get(job.id)).toMatchObject({ cursor: 1, deadline: null });
});

it('the next step knows the node as the end of the one before has left it', async () => {
  const { store, job, commits } = await cleaning();
  const begun = await commits.done(
    job,
    {
      kind: 'done',
      note: 'Wiped.',
      patch: { description: 'wiped' },
      also: async (queries) => void (await queries.nodes.update(NODE, { extra: { wiped: true } })),
    },
    () => TIMES,
  );
  expect(begun?.node).toEqual(await store.nodes.get(NODE));
  expect(begun?.node).toMatchObject({ description: 'wiped', extra: { wiped: true } });
});

it('after the last step nothing begins', async () => {
  const { store, job, commits } = await cleaning();
  await commits.done(job, { kind: 'done', note: 'Wiped.' }, () => TIMES);
  const last = { ...job, cursor: 1 };
  expect(await commits.done(last, { kind: 'done', note: 'Tested.' }, () => TIMES)).toBeNull();
  expect((await store.jobs.get(job.id))?.status).toBe('done');
});
