/** The extension `image`: making the deployed disk bootable. */
import { AgentError } from '../base/agent-error.ts';
import { stringField } from '../base/json.ts';
import type { Disk } from '../disk/disk.ts';
import { chooseRootDevice, hintsOfNode } from '../disk/root-device.ts';
import { installBootEntry } from '../efi/boot-entry.ts';
import type { CommandTable } from '../serve/command-book.ts';
import type { DeployedDisk } from './deployed-disk.ts';
import type { Machine } from './machine.ts';

export function imageCommands(machine: Machine, deployed: DeployedDisk): CommandTable {
  return {
    'image.install_bootloader': {
      mode: 'async',
      run: async (params) => {
        const { boot, cpu } = machine.inventory();
        if (boot.current_boot_mode === 'bios') {
          const target = stringField(params, 'target_boot_mode') ?? 'bios';
          if (target === 'uefi') machine.say('boot mode differs', { target, ramdisk: 'bios' });
          // The image's own boot sector does it.
          return { result: 'install_bootloader: nothing to do in BIOS mode' };
        }
        const loader = await installBootEntry(deployedDisk(machine, deployed), cpu.architecture, machine);
        return { result: `install_bootloader: ${loader.label} ${loader.path}` };
      },
    },
  };
}

function deployedDisk(machine: Machine, deployed: DeployedDisk): Disk {
  const name = deployed.recall();
  if (name === null) return chooseRootDevice(machine.disks(), hintsOfNode(machine.node()));
  const disk = machine.disks().find((candidate) => candidate.name === name);
  if (disk === undefined)
    throw new AgentError('no_device', `${name}, which the image was written to, is gone`);
  return disk;
}
