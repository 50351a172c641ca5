/** `ingot lab ...`: words of the command line in, calls of the lab out. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asIngotError, IngotError } from '../errors.ts';
import { LAB_NAMESPACES, type LabNamespace } from './addresses.ts';
import { labDown } from './down.ts';
import { labExec } from './exec.ts';
import { LAB_FILES } from './files.ts';
import { parseMachines } from './machine-option.ts';
import { type LabStatus, labConsole, labStatus } from './status.ts';
import { labTrust } from './trust.ts';
import { labUp } from './up.ts';

const HELP = `Usage: ingot lab COMMAND [OPTIONS]

Virtual bare metal in network namespaces of its own; nothing of the host's network is touched.

  up       make a lab and leave it running
             --machine name=m1,firmware=bios[,disk_gib=8][,memory_mib=2048][,cpus=1]
             (may be repeated; with firmware=uefi also secure_boot=true, arch=aarch64)
             --bios N, --uefi N    so many machines of that firmware, named bios-1, uefi-1, ...
             --kvm                 use /dev/kvm instead of emulation
  status   show the lab and the power of its machines; exit code 3 when it is not running
  down     end every process of the lab and remove its files
             --keep-files          leave disks, console logs and the daemon's state
  exec [--in seed|router|oob|switch] -- COMMAND...
           run a command in a namespace of the lab (default: seed, the daemon's place)
  trust FILE     have the UEFI machines' firmware trust the authority in FILE (PEM) for HTTPS boot,
                 from the next power-on; FILE - is standard input: ingot boot ca | ingot lab trust -
  console NAME   print the path of a machine's serial console log

  --dir DIR   the lab's folder (default: .lab)
  --json      print JSON
  --help

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (status) not running; exec: that of the command.
`;

const OPTIONS = {
  dir: { type: 'string', default: '.lab' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  machine: { type: 'string', multiple: true },
  bios: { type: 'string', default: '0' },
  uefi: { type: 'string', default: '0' },
  kvm: { type: 'boolean', default: false },
  in: { type: 'string', default: 'seed' },
  'keep-files': { type: 'boolean', default: false },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new IngotError('invalid_input', said, { hint: 'See `ingot lab --help`.' });
  }
}

type Options = ReturnType<typeof parse>['values'];
type Invocation = { readonly options: Options; readonly rest: readonly string[] };
type Verb = (invocation: Invocation) => Promise<number>;

function print(options: Options, value: unknown, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

function table(status: LabStatus): string {
  const rows = status.machines.map((machine) => [machine.name, machine.firmware, machine.power, machine.bmc]);
  const all = [['NAME', 'FIRMWARE', 'POWER', 'BMC'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`Lab ${status.dir}: ${status.state}`, ...lines].join('\n');
}

const up: Verb = async ({ options }) => {
  const { machine, bios, uefi, kvm, dir } = options;
  const lab = await labUp({
    dir,
    machines: parseMachines({ machine: machine ?? [], bios, uefi }),
    accelerator: kvm ? 'kvm' : 'tcg',
  });
  const files = {
    nodes: path.join(lab.dir, LAB_FILES.nodes),
    config: path.join(lab.dir, LAB_FILES.config),
  };
  const next =
    `\nNext: build the ramdisk (npm run ramdisk) and set boot.ramdisk_dir in ${files.config}` +
    `\n      ingot lab exec --dir ${lab.dir} -- ingot serve --config ${files.config}` +
    `\n      ingot node enroll ${files.nodes} --url unix://${path.join(lab.dir, LAB_FILES.state, 'ingot.sock')}`;
  const status = await labStatus(dir);
  print(options, { ...status, ...files }, table(status) + next);
  return 0;
};

const status: Verb = async ({ options }) => {
  const found = await labStatus(options.dir);
  print(options, found, table(found));
  return found.state === 'up' ? 0 : 3;
};

const down: Verb = async ({ options }) => {
  const was = await labDown(options.dir, { keep_files: options['keep-files'] });
  print(options, { ended: was }, was ? 'The lab is down.' : 'There is no lab; nothing to do.');
  return 0;
};

const isNamespace = (text: string): text is LabNamespace => LAB_NAMESPACES.some((name) => name === text);

const exec: Verb = async ({ options, rest }) => {
  const namespace = options.in;
  if (!isNamespace(namespace)) {
    throw new IngotError('invalid_input', `The lab has no namespace "${namespace}"`, {
      hint: `Choose one of ${LAB_NAMESPACES.join(', ')}.`,
    });
  }
  if (rest.length === 0) {
    throw new IngotError('invalid_input', 'No command was given', {
      hint: 'Put it after two hyphens: ingot lab exec -- ip address',
    });
  }
  const child = await labExec(options.dir, namespace, { argv: rest, stdio: 'inherit' });
  // The terminal sends Ctrl-C to both of us; the command decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
};

const console: Verb = async ({ options, rest }) => {
  const file = await labConsole(options.dir, rest[0] ?? '');
  print(options, { console: file }, file);
  return 0;
};

const trust: Verb = async ({ options, rest }) => {
  const [file = '-'] = rest;
  const machines = await labTrust(options.dir, await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  print(options, { machines }, `Trusted from the next power-on by: ${machines.join(', ') || 'no machine'}`);
  return 0;
};

const VERBS: ReadonlyMap<string, Verb> = new Map(Object.entries({ up, status, down, exec, trust, console }));

async function dispatch(argv: readonly string[]): Promise<number> {
  const { values: options, positionals } = parse(argv);
  const [name, ...rest] = positionals;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const verb = name === undefined ? undefined : VERBS.get(name);
  if (verb === undefined) {
    throw new IngotError(
      'invalid_input',
      name === undefined ? 'What to do?' : `There is no "ingot lab ${name}"`,
      {
        hint: `Commands: ${[...VERBS.keys()].join(', ')}. See \`ingot lab --help\`.`,
      },
    );
  }
  return verb({ options, rest });
}

/** @param argv the words after `ingot lab`. @returns the exit code; failures are already printed. */
export async function labCommand(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (thrown) {
    const { code, message, hint } = asIngotError(thrown, 'ingot lab');
    if (argv.includes('--json'))
      process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
    else process.stderr.write(`ingot lab: ${message}\n${hint}\n`);
    if (code === 'not_found' && argv[0] === 'status') return 3;
    return code === 'invalid_input' ? 2 : 1;
  }
}
