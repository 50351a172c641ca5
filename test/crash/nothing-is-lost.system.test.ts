/**
 * The first promise: SIGKILL at any instant, and every node goes on after the restart. The rack (BMCs and agents)
 * lives in another process and keeps a ledger: what must happen once must stand there once. `npm run crash` is the
 * same with more nodes and many more kills.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patiently } from '../../scripts/patience.ts';
import { STEP_NAMES, type StepName } from '../../src/lifecycle/steps/catalog.ts';
import { enrollBody } from '../rig/rack.ts';
import { rackName } from '../rig/simulated/rack.ts';
import { doneTo, expectedOf, runErrand } from './errand.ts';
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

/** Steps that no traveller comes through; all others are died at, whoever adds one. */
const NOT_ON_THE_WAY: Readonly<Partial<Record<StepName, string>>> = {
  restart:
    'of nodes with disable_power_off: a kill after every effect in test/lifecycle/disable-power-off.test.ts',
  'parent-power-on': 'of nodes that are parts of others: test/lifecycle/kin.test.ts',
  'child-power': 'as above',
  'deploy-step': 'of deployments with steps of their own: test/lifecycle/steps-of-a-deployment.test.ts',
  'boot-instance': 'of instances that boot from the network: test/lifecycle/deploy-interfaces.test.ts',
  'forget-rescue-password': 'after a rescue that failed: test/lifecycle/rescue/rescue.test.ts',
  'collect-logs': 'after a failure, and only reads: test/lifecycle/ramdisk-logs',
  'bmc-inventory': 'of inspection by the BMC, which only reads: test/lifecycle/inspect-by-bmc.test.ts',
  pause: 'only waits',
  pretend: 'does nothing at any machine',
  'pretend-boot': 'does nothing at any machine',
  'pretend-inspection': 'does nothing at any machine',
};

/** The begin and the end of every step that there is, but for those above. */
function everyBoundary(): string[] {
  return STEP_NAMES.filter((step) => NOT_ON_THE_WAY[step] === undefined).flatMap((step) => [
    `before ${step}`,
    `after ${step}`,
  ]);
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
