/** ingot's own agent on the machines of a simulated rack: their disks are files, their power is the rack's. */
import { randomUUID } from 'node:crypto';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runAgent } from '../../src/agent/agent.ts';
import { systemClock } from '../../src/agent/base/clock.ts';
import { createHttpClient } from '../../src/agent/base/http.ts';
import { type Run, systemRun } from '../../src/agent/base/run.ts';
import { createSay } from '../../src/agent/base/say.ts';
import type { Disk } from '../../src/agent/disk/disk.ts';
import { parseKernelArgs, pinnedOf } from '../../src/agent/kernel-args.ts';
import type { Inventory } from '../../src/agent/protocol.ts';
import { disk } from '../agent/support/disks.ts';
import { INVENTORY } from '../lifecycle/fakes/inventory.ts';
import type { RamdiskBoot } from '../rig/simulated/rack.ts';

/** What may run here for real; everything else a ramdisk would run (date, sync, poweroff) is for a machine only. */
const HARMLESS: ReadonlySet<string> = new Set(['openssl', 'sgdisk', 'sfdisk']);
const OK = { code: 0, stdout: '', stderr: '' };

/** Plays the ramdisk of a rack; machine N has the disks of `disksOf(N)`. Resolves when its power is gone. */
export function realAgent(
  folder: string,
  disksOf: (index: number) => readonly Disk[],
): (boot: RamdiskBoot) => Promise<void> {
  return async (boot) => {
    const { say, lines } = createSay(() => undefined);
    const run: Run = async (program, args, options) => {
      if (program === 'poweroff') await boot.powerOff();
      return HARMLESS.has(program) ? await systemRun(program, args, options) : OK;
    };
    const script = await fetch(`${boot.bootUrl}/ipxe/${boot.mac.replaceAll(':', '-')}`);
    const kernel = /^kernel .*$/m.exec(await script.text())?.[0] ?? '';
    const args = parseKernelArgs(kernel);
    const http = createHttpClient({ insecure: false, pinned: pinnedOf(args) });
    const life = runAgent({
      args,
      machine: {
        run,
        say,
        saidLines: lines,
        clock: systemClock,
        http,
        disks: () => disksOf(boot.index),
        inventory: () => inventoryOf(boot.mac),
        runDir: join(folder, `ramdisk-${boot.index}`),
        etcDir: join(folder, `etc-${boot.index}`),
        sshPort: 22,
        partitionNode: () => null,
      },
      prepareInventory: async () => undefined,
      port: 0,
      newId: randomUUID,
      random: Math.random,
      signal: boot.signal,
    });
    // Without power the agent stops in the middle of whatever it does.
    await life.catch((error: unknown) => {
      if (!boot.signal.aborted) throw error;
    });
  };
}

function inventoryOf(mac: string): Inventory {
  const [nic] = INVENTORY.interfaces;
  if (nic === undefined) throw new Error('the inventory has no NIC');
  return {
    ...INVENTORY,
    interfaces: [{ ...nic, mac_address: mac }],
    boot: { ...INVENTORY.boot, current_boot_mode: 'bios' },
  };
}

/** A disk that is a sparse file of that size, full of zeros. */
export async function makeDisk(folder: string, facts: Partial<Disk> & Pick<Disk, 'size'>): Promise<Disk> {
  await mkdir(folder, { recursive: true });
  const name = join(folder, `${facts.serial ?? 'disk'}.img`);
  await writeFile(name, '');
  await truncate(name, facts.size);
  return disk({ ...facts, name });
}
