/** `--machine name=m1,firmware=bios`, `--bios N`, `--uefi N`: from words to machine requests. Pure. */
import { plainWords } from '../config/plain-words.ts';
import { IngotError } from '../errors.ts';
import { type Firmware, type MachineRequest, machineRequestSchema } from './records.ts';

const NUMBERS: ReadonlySet<string> = new Set(['disk_gib', 'memory_mib', 'cpus']);
const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const wrong = (message: string): IngotError =>
  new IngotError('invalid_input', message, { hint: 'Such as: --machine name=m1,firmware=uefi,disk_gib=10' });

function typed(name: string, value: string): string | number | boolean {
  if (NUMBERS.has(name)) return /^\d{1,9}$/.test(value) ? Number(value) : value;
  return name === 'secure_boot' ? (YES_OR_NO.get(value) ?? value) : value;
}

function parseMachine(text: string): MachineRequest {
  const fields = text.split(',').map((pair): [string, string | number | boolean] => {
    const [name = '', value, ...rest] = pair.split('=');
    if (value === undefined || rest.length > 0) throw wrong(`"${pair}" in --machine is not NAME=VALUE`);
    return [name, typed(name, value)];
  });
  const parsed = machineRequestSchema.safeParse(Object.fromEntries(fields), { error: plainWords });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')} is none of ${Object.keys(machineRequestSchema.shape).join(', ')}`
      : `${issue.path.join('.')} ${issue.message}`,
  );
  throw wrong(`--machine ${text}: ${mistakes.join('; ')}`);
}

function several(firmware: Firmware, count: string): MachineRequest[] {
  if (!/^\d{1,3}$/.test(count)) throw wrong(`--${firmware} takes a number of machines, not "${count}"`);
  return Array.from({ length: Number(count) }, (_, at) =>
    machineRequestSchema.parse({ name: `${firmware}-${at + 1}`, firmware }),
  );
}

/** In the order asked for; without any wish, one machine of each firmware. */
export function parseMachines(options: {
  readonly machine: readonly string[];
  readonly bios: string;
  readonly uefi: string;
}): readonly MachineRequest[] {
  const asked = [
    ...options.machine.map(parseMachine),
    ...several('bios', options.bios),
    ...several('uefi', options.uefi),
  ];
  return asked.length > 0 ? asked : [...several('bios', '1'), ...several('uefi', '1')];
}
