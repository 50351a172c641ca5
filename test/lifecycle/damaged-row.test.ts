/** A row that was damaged by hand stops its own job, and no other's. */
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { createAdvance } from '../../src/lifecycle/engine/advance.ts';
import { createEngine } from '../../src/lifecycle/engine/engine.ts';
import { createLog } from '../../src/log.ts';
import { temporaryPath, temporaryStore } from '../store/temporary-store.ts';

it('a node whose row cannot be read keeps no other node’s job from being taken up', async () => {
  const path = temporaryPath();
  const store = await temporaryStore({ path });
  const log = createLog('silent');
  const deadline = new Date(systemClock.now() + 3_600_000).toISOString();
  for (const uuid of ['damaged', 'sound']) {
    await store.nodes.insert({ uuid, driver: 'redfish', provision_state: 'verifying' });
    const job = await store.jobs.insert({
      node_uuid: uuid,
      verb: 'manage',
      steps: [{ name: 'look', args: {} }],
    });
    await store.jobs.update(job.id, { deadline });
  }
  const damage = new Sqlite(path);
  damage.prepare("UPDATE nodes SET extra = '{broken' WHERE uuid = 'damaged'").run();
  damage.close();

  const looked: string[] = [];
  const run = async ({ node }: { readonly node: () => { readonly uuid: string } }) => {
    looked.push(node().uuid);
    return { kind: 'wait' as const, for: 'nothing', pollMs: 60_000 };
  };
  const steps = { look: { does: 'looking', run } };
  const endingOf = () => ({ end: null, afterFailure: [], afterAbort: () => [], givesBack: false });
  const engine = createEngine({
    store,
    steps,
    log,
    clock: systemClock,
    advance: createAdvance({ steps, endingOf, now: () => new Date(systemClock.now()).toISOString() }),
    limits: { jobs: 5, power_actions: 5, image_writes: 5 },
    timeouts: timeoutsSchema.parse({}),
    explain: async () => ({ because: 'Silence.', hint: '' }),
  });
  await engine.start();
  await expect.poll(() => looked).toEqual(['sound']);
  await engine.stop();
});
