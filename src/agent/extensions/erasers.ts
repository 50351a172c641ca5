/** The steps that erase disks, for the extensions that offer them. */
import { AgentError } from '../base/agent-error.ts';
import { type JsonRecord, recordField } from '../base/json.ts';
import { eraseDevices, eraseExpress, eraseMetadata } from '../disk/erase.ts';
import { eraseSettingsOf } from '../disk/erase-settings.ts';
import type { CommandContext } from '../serve/command-book.ts';
import type { Machine } from './machine.ts';

const ERASERS: ReadonlyMap<string, typeof eraseMetadata> = new Map([
  ['erase_devices_metadata', eraseMetadata],
  ['erase_devices', eraseDevices],
  ['erase_devices_express', eraseExpress],
]);

/** Runs the step of that name. Throws `invalid_params` for any other, `erase` for a disk that is not erased. */
export async function runEraser(
  name: string,
  { machine, params }: { readonly machine: Machine; readonly params: JsonRecord },
  { onProgress }: CommandContext,
): Promise<void> {
  const erase = ERASERS.get(name);
  if (erase === undefined) throw new AgentError('invalid_params', `the step "${name}" is not known here`);
  const settings = eraseSettingsOf(recordField(params, 'node'));
  const { run, clock, say } = machine;
  await erase(machine.disks(), { run, clock, say, settings, onProgress });
}
