/** Three SIGKILLs at the moments that hurt most, each as soon as some node is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../../scripts/rig.ts';
import type { MachinePlan } from '../../src/lab/records.ts';

type Job = Awaited<ReturnType<Rig['client']['jobs']>>[number];

/** Ironic fails the last two. */
const MOMENTS: readonly { readonly name: string; readonly isNow: (job: Job) => boolean }[] = [
  {
    name: 'in the boot of a ramdisk',
    isNow: (job) => job.step === 'collect-inventory' && job.step_elapsed_s > 5,
  },
  {
    name: 'while an image is written',
    isNow: (job) => job.step === 'write-image' && (job.progress?.percent ?? 0) > 10,
  },
  { name: 'just before the final boot', isNow: (job) => job.step === 'agent-power-off' },
];
export const KILLS: readonly string[] = MOMENTS.map((moment) => moment.name);

const PATIENCE_MS = 1_000_000;
const POLL_MS = 50;

type Options = {
  readonly say: (text: string) => void;
  /** While the daemon is dead and the machine's disk is written but not booted. */
  readonly beforeFinalBoot: (machine: MachinePlan) => Promise<void>;
};

/** Resolves with the names of the moments at which it killed. */
export async function killOnTheWay(rig: Rig, options: Options): Promise<readonly string[]> {
  const killed: string[] = [];
  const until = Date.now() + PATIENCE_MS;
  for (const { name, isNow } of MOMENTS) {
    let job: Job | undefined;
    while (job === undefined && Date.now() < until) {
      await sleep(POLL_MS);
      job = (await rig.client.jobs()).find(isNow);
    }
    if (job === undefined) return killed;
    const node = await rig.client.nodes.get(job.node_uuid);
    await rig.killDaemon();
    options.say(`killed the daemon ${name} (${node.name})`);
    killed.push(name);
    const machine = rig.lab.machines.find((one) => one.name === node.name);
    if (name === KILLS.at(-1) && machine !== undefined) await options.beforeFinalBoot(machine);
    await rig.startDaemon();
  }
  return killed;
}
