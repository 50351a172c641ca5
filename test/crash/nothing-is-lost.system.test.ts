/**
 * The first promise: SIGKILL at any instant, and every node goes on after the restart. The rack (BMCs and agents)
 * lives in another process and keeps a ledger: what must happen once must stand there once. `npm run crash` is the
 * same with more nodes and many more kills.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patiently } from '../../scripts/patience.ts';
import { rackName } from '../../src/lab/simulated/rack.ts';
import { jobSteps, PLANS, POWER_STEPS } from '../../src/lifecycle/plans.ts';
import { enrollBody } from '../rig/rack.ts';
import { ASKED, doneTo, expectedOf, runErrand } from './errand.ts';
import { type CrashRig, startCrashRig } from './rig.ts';

const WHOLE = process.env.INGOT_CRASH === 'whole';
const MACHINES = WHOLE ? 200 : 16;
const LEAST_KILLS = WHOLE ? 1_000 : 100;
/** A life between two kills lasts up to this, after the daemon has first answered. */
const LONGEST_LIFE_MS = 1_500;
const POLL_MS = MACHINES * 10;
/** Several times what a run takes: one that has come to a stand ends while `npm test` can still tell of it. */
const TIMEOUT_MS = WHOLE ? 7_200_000 : 1_200_000;

describe('a daemon that is killed again and again', () => {
  let rig: CrashRig;
  beforeAll(async () => {
    rig = await startCrashRig(MACHINES);
  });
  afterAll(async () => {
    await rig?.stop();
  });

  it('brings every node where it was asked to be, and does nothing twice', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const killing = new AbortController();
    const killer = killAtRandom(rig, killing.signal);
    const journeys = Array.from({ length: MACHINES }, (_, index) => enrollAndRun(rig, index));
    const rebuilds = await Promise.all(journeys);
    killing.abort();
    await killer;
    rig.calm();
    const ledgers = await rig.ledgers();
    const kills = rig.kills();
    const boundaries = await rig.boundaries();
    let lost = 0;
    for (let index = 0; index < MACHINES; index++) {
      const node = await patiently(() => rig.client.nodes.get(rackName(index)));
      if (node.provision_state !== 'manageable') lost++;
    }
    process.stdout.write(
      `kills ${kills}, of them at step boundaries ${boundaries.length}, nodes ${MACHINES}, lost ${lost}\n`,
    );
    expect(lost).toBe(0);
    expect(await patiently(() => rig.client.jobs())).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(LEAST_KILLS);
    expect(boundaries).toEqual(expect.arrayContaining(everyBoundary()));
    for (const [index, again] of rebuilds.entries()) {
      const name = rackName(index);
      expect({ name, ...doneTo(ledgers.get(name)) }).toEqual({ name, ...expectedOf(again) });
    }
  });

  it('has written no secret into its log', async () => {
    expect(await readFile(rig.logFile, 'utf8')).not.toContain(rig.password);
  });
});

async function enrollAndRun(rig: CrashRig, index: number): Promise<number> {
  const name = rackName(index);
  await patiently(async () => {
    if ((await rig.client.nodes.find(name)) === null) await rig.client.nodes.enroll(enrollBody(index, rig));
  });
  return await runErrand({ rig, name, pollMs: POLL_MS }, () => rig.kills() < LEAST_KILLS);
}

/** Steps that another step of the job puts in. */
const PLANNED = ['clean-step', 'write-image', 'install-bootloader'];

/** The begin and the end of every step that the errand's verbs and power actions have. */
function everyBoundary(): string[] {
  const context = {
    node: { automated_clean: null, driver: 'redfish', interfaces: {} },
    site: { automatedClean: true },
  };
  const events = [
    ...(['manage', 'inspect', 'provide', 'deploy', 'delete', 'clean', 'service'] as const),
    ...(['rescue', 'unrescue', 'adopt'] as const),
  ];
  const plans = events.flatMap((event) => {
    const steps = event === 'clean' || event === 'service' ? ASKED[event] : [];
    return jobSteps(PLANS[event]?.steps({ ...context, asked: steps }) ?? []);
  });
  const names = plans.map(({ name }) => name);
  const power = [...POWER_STEPS['soft power off'], ...POWER_STEPS['power off'], ...POWER_STEPS['power on']];
  const steps = new Set([...names, ...power, ...PLANNED]);
  return [...steps].flatMap((step) => [`before ${step}`, `after ${step}`]);
}

/**
 * Kills at random instants until there were enough, or it is told to stop: each time the daemon answers again, and then
 * has a moment to work. From then on it only dies at boundaries that it has not died at, so that deadlines can pass.
 */
async function killAtRandom(rig: CrashRig, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && rig.kills() < LEAST_KILLS) {
    await patiently(() => rig.client.status());
    await sleep(Math.random() * LONGEST_LIFE_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) rig.kill();
  }
}
