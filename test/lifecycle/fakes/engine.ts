/** The engine by itself, over a real store: jobs of given steps, one at a time, on a clock that jumps when all idle. */
import { randomUUID } from 'node:crypto';
import { timeoutsSchema } from '../../../src/config/timeouts.ts';
import { createAdvance } from '../../../src/lifecycle/engine/advance.ts';
import { createCommits } from '../../../src/lifecycle/engine/commit.ts';
import { createEngine } from '../../../src/lifecycle/engine/engine.ts';
import type { Steps } from '../../../src/lifecycle/engine/step.ts';
import { createLog } from '../../../src/log.ts';
import type { Store } from '../../../src/store/store.ts';
import type { ProvisionState } from '../../../src/store/words.ts';
import { createIdleClock } from './idle-clock.ts';

type Options = {
  readonly store: Store;
  readonly state?: ProvisionState;
  readonly jobs?: number;
};

/** A node in that state ("inspecting" unless told), with a job of all these steps, for each of `jobs`. */
export async function createLoneEngine(steps: Steps, { store, state = 'inspecting', jobs = 1 }: Options) {
  const clock = createIdleClock();
  const advance = createAdvance({
    steps,
    endingOf: () => ({ end: 'done', afterFailure: [], afterAbort: () => [], givesBack: false }),
    now: () => new Date(clock.now()).toISOString(),
  });
  const ids: number[] = [];
  for (let left = jobs; left > 0; left--) {
    const uuid = randomUUID();
    await store.nodes.insert({ uuid, driver: 'redfish', provision_state: state });
    const all = Object.keys(steps).map((name) => ({ name, args: {} }));
    ids.push((await store.jobs.insert({ node_uuid: uuid, verb: 'none', steps: all })).id);
  }
  const engine = createEngine({
    store,
    steps,
    advance,
    clock,
    log: createLog('silent'),
    timeouts: timeoutsSchema.parse({}),
    limits: { jobs: 1, power_actions: 1, image_writes: 1 },
    explain: () => Promise.resolve({ because: 'Silence.', hint: '' }),
  });
  /** Looked at once in a simulated minute. */
  const untilIdle = async (mostMinutes: number): Promise<void> => {
    await engine.start();
    for (let minutes = 0; minutes < mostMinutes && (await store.jobs.running()).length > 0; minutes++)
      await clock.sleep(60_000);
    await engine.stop();
  };
  return { clock, ids, untilIdle, commits: createCommits(store, advance, clock.now) };
}
