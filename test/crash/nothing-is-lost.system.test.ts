/**
 * The first promise: SIGKILL at any instant, and every node goes on after the restart. The rack (BMCs and agents)
 * lives in another process and keeps a ledger: what must happen once must stand there once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patiently, requestOnce } from '../../scripts/patience.ts';
import { rackName } from '../../src/lab/simulated/rack.ts';
import { jobSteps, PLANS, POWER_STEPS } from '../../src/lifecycle/plans.ts';
import { enrollBody } from '../rig/rack.ts';
import { type CrashRig, startCrashRig } from './rig.ts';

const MACHINES = 16;
const LEAST_KILLS = 100;
const asked = (step: string) => ({ interface: 'deploy', step, args: {} });
const ASKED = {
  clean: [asked('erase_devices_metadata')],
  service: [asked('burnin_cpu')],
};
/** What each node is taken through. */
const ERRAND: readonly Omit<Part, 'name'>[] = [
  { verb: 'manage', to: 'manageable' },
  { verb: 'inspect', to: 'manageable' },
  { verb: 'clean', to: 'manageable', more: { clean_steps: ASKED.clean } },
  { verb: 'provide', to: 'available' },
  { verb: 'active', to: 'active' },
  { verb: 'rebuild', to: 'active' },
  { verb: 'deleted', to: 'available' },
  { verb: 'active', to: 'active' },
  { verb: 'service', to: 'active', more: { service_steps: ASKED.service } },
];

describe('a daemon that is killed again and again', () => {
  let rig: CrashRig;
  beforeAll(async () => {
    rig = await startCrashRig(MACHINES);
  });
  afterAll(async () => {
    await rig?.stop();
  });

  it('brings every node to active, and does nothing twice', { timeout: 900_000 }, async () => {
    const killing = new AbortController();
    const killer = killAtRandom(rig, killing.signal);
    const rebuilds = await Promise.all(Array.from({ length: MACHINES }, (_, index) => runErrand(rig, index)));
    killing.abort();
    await killer;
    const ledgers = await rig.ledgers();
    const kills = rig.kills();
    const boundaries = await rig.boundaries();
    let lost = 0;
    for (let index = 0; index < MACHINES; index++) {
      const node = await patiently(() => rig.client.nodes.get(rackName(index)));
      if (node.provision_state !== 'active') lost++;
    }
    process.stdout.write(
      `kills ${kills}, of them at step boundaries ${boundaries.length}, nodes ${MACHINES}, lost ${lost}\n`,
    );
    expect(lost).toBe(0);
    expect(kills).toBeGreaterThanOrEqual(LEAST_KILLS);
    expect(boundaries).toEqual(expect.arrayContaining(everyBoundary()));
    for (const [index, again] of rebuilds.entries()) {
      const name = rackName(index);
      const ledger = ledgers.get(name);
      const count = (work: string): number => ledger?.works.filter((one) => one === work).length ?? 0;
      // active, rebuild, active, and what was rebuilt while waiting for more kills: each image write once.
      // clean, provide and deleted: three cleanings.
      expect({
        ...{ name, writes: count('write_image'), cleanings: count('erase_devices_metadata') },
        services: count('burnin_cpu'),
        cutOff: ledger?.cutOff,
      }).toEqual({ name, writes: 3 + again, cleanings: 3, services: 1, cutOff: 0 });
      // inspect, three cleanings, two boots (ramdisk, disk) for each deployment and service, one for the power cycle.
      const boots = `pxe pxe pxe pxe disk pxe disk pxe pxe disk pxe disk${' pxe disk'.repeat(again)} disk`;
      expect({ name, boots: ledger?.boots.join(' ') }).toEqual({ name, boots });
    }
  });

  it('has written no secret into its log', async () => {
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(rig.logFile, 'utf8')).not.toContain(rig.password);
  });
});

/** Returns how often the node was rebuilt at the end, until enough kills had happened. */
async function runErrand(rig: CrashRig, index: number): Promise<number> {
  const name = rackName(index);
  await patiently(async () => {
    if ((await rig.client.nodes.find(name)) === null) await rig.client.nodes.enroll(enrollBody(index, rig));
  });
  for (const part of ERRAND) await runPart(rig, { name, ...part });
  let again = 0;
  while (rig.kills() < LEAST_KILLS) {
    await runPart(rig, { name, verb: 'rebuild', to: 'active' });
    again++;
  }
  await requestOnce(rig.client, name, () => rig.client.power(name, 'rebooting'));
  await jobEnds(rig, name);
  return again;
}

/** A power action has no state of its own to wait for. */
async function jobEnds(rig: CrashRig, name: string): Promise<void> {
  while ((await patiently(() => rig.client.nodes.job(name)))?.status === 'running') await sleep(100);
}

/** Steps that another step of the job puts in. */
const PLANNED = ['clean-step', 'write-image', 'install-bootloader'];

/** The begin and the end of every step that the errand's verbs and a power cycle have. */
function everyBoundary(): string[] {
  const context = {
    node: { automated_clean: null, driver: 'redfish', interfaces: {} },
    site: { automatedClean: true },
  };
  const events = ['manage', 'inspect', 'provide', 'deploy', 'delete', 'clean', 'service'] as const;
  const plans = events.flatMap((event) => {
    const steps = event === 'clean' || event === 'service' ? ASKED[event] : [];
    return jobSteps(PLANS[event]?.steps({ ...context, asked: steps }) ?? []);
  });
  const names = plans.map(({ name }) => name);
  const steps = new Set([...names, ...POWER_STEPS.rebooting, ...PLANNED]);
  return [...steps].flatMap((step) => [`before ${step}`, `after ${step}`]);
}

type Part = {
  readonly name: string;
  readonly verb: string;
  readonly to: string;
  /** What the verb takes besides. */
  readonly more?: Parameters<CrashRig['client']['provision']>[2];
};

async function runPart(rig: CrashRig, { name, verb, to, more }: Part): Promise<void> {
  if (verb === 'active') await setImage(rig, name);
  await requestOnce(rig.client, name, () => rig.client.provision(name, verb, more));
  await settle(rig, { name, to });
}

async function setImage(rig: CrashRig, name: string): Promise<void> {
  await patiently(() =>
    rig.client.nodes.patch(name, [
      { op: 'add', path: '/instance_info/image_source', value: rig.image.source },
      { op: 'add', path: '/instance_info/image_os_hash_algo', value: 'sha256' },
      { op: 'add', path: '/instance_info/image_os_hash_value', value: rig.image.sha256 },
      { op: 'add', path: '/instance_info/image_disk_format', value: 'raw' },
    ]),
  );
}

async function settle(
  rig: CrashRig,
  { name, to }: { readonly name: string; readonly to: string },
): Promise<void> {
  for (;;) {
    const node = await patiently(() => rig.client.nodes.get(name));
    if (node.provision_state === to && node.target_provision_state === null) return;
    if (node.provision_state.endsWith('failed') || node.provision_state === 'error') {
      throw new Error(`${name} is ${node.provision_state}: ${node.last_error}`);
    }
    await sleep(100);
  }
}

/** Kills at random instants until told to stop: each time the daemon answers again, and then has a moment to work. */
async function killAtRandom(rig: CrashRig, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await patiently(() => rig.client.status());
    await sleep(Math.random() * 1500, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) rig.kill();
  }
  rig.calm();
}
