/** The extensions `log` and `poll`: what an operator wants to see of a ramdisk. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../base/agent-error.ts';
import { runOk } from '../base/run.ts';
import type { CommandTable } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';

/** File in the archive, and the program that fills it. */
const SOURCES: readonly (readonly [file: string, ...command: readonly [string, ...string[]]])[] = [
  ['dmesg', 'dmesg'],
  ['ip-address', 'ip', 'address'],
  ['ip-route', 'ip', 'route'],
  ['lsblk', 'lsblk', '--all', '--bytes', '--output-all'],
  ['processes', 'ps'],
  ['mounts', 'mount'],
  ['efibootmgr', 'efibootmgr', '-v'],
];
const PROGRAM_MS = 20_000;

export function logCommands(machine: Machine): CommandTable {
  return {
    'log.collect_system_logs': {
      mode: 'sync',
      whileBusy: true,
      run: async () => ({ system_logs: await collectLogs(machine) }),
    },
    'poll.get_hardware_info': {
      mode: 'sync',
      whileBusy: true,
      run: async () => ({ ...machine.inventory() }),
    },
  };
}

/** base64 of a tar.gz; a program that fails leaves its reason in its file. */
async function collectLogs(machine: Machine): Promise<string> {
  await mkdir(machine.runDir, { recursive: true });
  const folder = await mkdtemp(join(machine.runDir, 'logs-'));
  try {
    await writeFile(join(folder, 'agent'), machine.saidLines().join('\n'));
    await writeFile(join(folder, 'inventory.json'), JSON.stringify(machine.inventory(), null, 2));
    for (const [file, program, ...args] of SOURCES) {
      const output = await machine
        .run(program, args, { timeoutMs: PROGRAM_MS })
        .then(({ stdout, stderr }) => stdout + stderr)
        .catch((error: unknown) => reasonOf(error));
      await writeFile(join(folder, file), output);
    }
    const archive = `${folder}.tar.gz`;
    await runOk(machine.run, ['tar', '-czf', archive, '-C', folder, '.']);
    const packed = await readFile(archive);
    await rm(archive, { force: true });
    return packed.toString('base64');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
