/** A row that was damaged by hand stops its own job, which ends by it, and no other's. */
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { createAdvance } from '../../src/lifecycle/engine/advance.ts';
import { createEngine } from '../../src/lifecycle/engine/engine.ts';
import { createLog } from '../../src/log.ts';
import { temporaryPath, temporaryStore } from '../store/temporary-store.ts';
import { createIdleClock } from './fakes/idle-clock.ts';
import { createWorld } from './fakes/world.ts';

/** Two nodes with a job each; one statement of SQL damages what is "damaged". */
async function twoJobs(damagedBy: string) {
  const path = temporaryPath();
  const store = await temporaryStore({ path, gather: () => Promise.resolve() });
  const clock = createIdleClock();
  const log = createLog('silent');
  const deadline = new Date(clock.now() + 3_600_000).toISOString();
  for (const uuid of ['damaged', 'sound']) {
    await store.nodes.insert({ uuid, driver: 'redfish', provision_state: 'verifying' });
    const job = await store.jobs.insert({
      node_uuid: uuid,
      verb: 'manage',
      steps: [{ name: 'look', args: {} }],
    });
    await store.jobs.update(job.id, { deadline });
  }
  const sql = (statement: string): void => {
    const damage = new Sqlite(path);
    damage.exec(statement);
    damage.close();
  };
  sql(damagedBy);

  const looked: string[] = [];
  const run = async ({ node }: { readonly node: () => { readonly uuid: string } }) => {
    looked.push(node().uuid);
    return { kind: 'wait' as const, for: 'nothing', pollMs: 60_000 };
  };
  const steps = { look: { does: 'looking', run } };
  const endingOf = () => ({
    end: 'done' as const,
    afterFailure: [],
    afterAbort: () => [],
    givesBack: false,
  });
  const engine = createEngine({
    store,
    steps,
    log,
    clock,
    advance: createAdvance({ steps, endingOf, now: () => new Date(clock.now()).toISOString() }),
    limits: { jobs: 5, power_actions: 5, image_writes: 5 },
    timeouts: timeoutsSchema.parse({}),
    explain: async () => ({ because: 'Silence.', hint: '' }),
  });
  return { store, clock, engine, sql, looked };
}

const DAMAGES = [
  ['node', 'nodes, node damaged, extra', "UPDATE nodes SET extra = '{broken' WHERE uuid = 'damaged'"],
  ['job', 'jobs, job 1, scratch', "UPDATE jobs SET scratch = '{broken' WHERE node_uuid = 'damaged'"],
  ['list of steps', 'jobs, job 1, steps', "UPDATE jobs SET steps = 'none' WHERE node_uuid = 'damaged'"],
] as const;

describe.each(DAMAGES)('a %s whose row cannot be read', (_, where, damage) => {
  it('keeps no other node’s job from being taken up', async () => {
    const { engine, looked } = await twoJobs(damage);
    await engine.start();
    await expect.poll(() => looked).toContain('sound');
    expect(looked).not.toContain('damaged');
    await engine.stop();
  });

  it('ends its job after some tries, with what is damaged and what to do', async () => {
    const { engine, clock, store, sql } = await twoJobs(damage);
    await engine.start();
    await clock.sleep(120_000);
    const running = async () => (await store.jobs.runningBare()).map(({ node_uuid }) => node_uuid);
    expect(await running(), 'still tried').toEqual(['damaged', 'sound']);
    await clock.sleep(60_000);
    expect(await running()).toEqual(['sound']);
    const events = await store.events.list({ node_uuid: 'damaged' });
    expect(events.map(({ kind }) => kind)).toEqual(['job.failed', 'state.changed']);
    expect(events[0]).toMatchObject({ severity: 'error', message: expect.stringContaining(where) });
    // As the hint says.
    sql("UPDATE nodes SET extra = '{}'");
    expect(await store.nodes.get('damaged')).toMatchObject({
      provision_state: 'enroll',
      target_provision_state: null,
      last_error: expect.stringMatching(/tried 6 times.*sqlite3.*ask for the verb again/),
    });
    expect(await store.jobs.lastOf('damaged')).toMatchObject({ status: 'failed' });
    await engine.stop();
  });
});

it('a job that is damaged in mid-work ends in a failure that says why, and the node can be used again', async () => {
  const path = temporaryPath();
  const world = await createWorld({ path });
  await world.daemon().requestVerb(world.machines[0]?.uuid ?? '', { verb: 'manage' });
  await world.until(['manageable']);
  await world.daemon().requestVerb(world.machines[0]?.uuid ?? '', { verb: 'inspect' });
  await world.untilTrue('the wait', async () => (await world.node()).provision_state === 'inspect wait');
  const damage = new Sqlite(path);
  damage.exec("UPDATE jobs SET steps = '[' WHERE status = 'running'");
  damage.close();
  await world.restart();
  await world.untilTrue('the failure', async () => (await world.node()).provision_state === 'inspect failed');
  const why = await world.daemon().why(world.machines[0]?.uuid ?? '');
  expect(why.text).toContain('something unreadable in jobs');
  expect(why.check.join(' ')).toContain('ask for the verb again');
  await world.daemon().requestVerb(world.machines[0]?.uuid ?? '', { verb: 'inspect' });
  await world.until(['manageable']);
});
