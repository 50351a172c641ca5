/** SIGKILLs at the moments that hurt most, each as soon as some node is there; the last one for every node. */
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
  /** While the daemon is dead and the machine's disk is written but not booted; once for each machine. */
  readonly beforeFinalBoot: (machine: MachinePlan) => Promise<void>;
};

/** Resolves with the names of the moments at which it killed, each once. */
export async function killOnTheWay(rig: Rig, options: Options): Promise<readonly string[]> {
  const killed = new Set<string>();
  const until = Date.now() + PATIENCE_MS;
  /** Machines whose disk was looked at. */
  const looked = new Set<string>();

  /** The nodes that are there; empty when none came in time. */
  const thoseAt = async (isNow: (job: Job) => boolean): Promise<readonly string[]> => {
    while (Date.now() < until) {
      await sleep(POLL_MS);
      const jobs = (await rig.client.jobs()).filter(isNow);
      const nodes = await Promise.all(jobs.map((job) => rig.client.nodes.get(job.node_uuid)));
      const names = nodes.map(({ name }) => name ?? '').filter((name) => !looked.has(name));
      if (names.length > 0) return names;
    }
    return [];
  };
  const killAt = async ({ name, isNow }: (typeof MOMENTS)[number]): Promise<boolean> => {
    const nodes = await thoseAt(isNow);
    if (nodes.length === 0) return false;
    await rig.killDaemon();
    options.say(`killed the daemon ${name} (${nodes.join(', ')})`);
    killed.add(name);
    if (name === KILLS.at(-1))
      for (const machine of rig.lab.machines.filter((one) => nodes.includes(one.name))) {
        looked.add(machine.name);
        await options.beforeFinalBoot(machine);
      }
    await rig.startDaemon();
    return true;
  };

  const isOver = ({ name }: (typeof MOMENTS)[number]): boolean =>
    name === KILLS.at(-1) ? looked.size === rig.lab.machines.length : killed.has(name);
  for (const moment of MOMENTS) while (!isOver(moment)) if (!(await killAt(moment))) return [...killed];
  return [...killed];
}
