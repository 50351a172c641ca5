/** The steps that erase disks, for the extensions that offer them. */
import { AgentError } from '../base/agent-error.ts';
import { eraseDevices, eraseMetadata } from '../disk/erase.ts';
import type { CommandContext } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';

const ERASERS: ReadonlyMap<string, typeof eraseMetadata> = new Map([
  ['erase_devices_metadata', eraseMetadata],
  ['erase_devices', eraseDevices],
]);

/** Runs the step of that name. Throws `invalid_params` for any other, `erase` for a disk that is not erased. */
export async function runEraser(
  name: string,
  machine: Machine,
  { onProgress }: CommandContext,
): Promise<void> {
  const erase = ERASERS.get(name);
  if (erase === undefined) throw new AgentError('invalid_params', `the step "${name}" is not known here`);
  await erase(machine.disks(), { run: machine.run, say: machine.say, onProgress });
}
