/** TFTP against tftpd-hpa: one client, one large file, Debian's atftp. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startIngot } from './contenders/ingot.ts';
import { startTftpdHpa } from './contenders/tftpd-hpa.ts';
import { type Field, layField, SERVER } from './field.ts';
import { type Figure, type Measure, median, rounded, type Tools } from './measure.ts';

/** A boot program's name that both serve; as large as ingot takes one. */
const FILE = 'snponly.efi';
const BYTES = 16_000_000;
const ROUNDS = 5;
const BLOCK_BYTES = 1468;

type Runner = {
  readonly name: string;
  readonly field: Field;
  readonly window: number;
  readonly rates: number[];
};

export const tftp: Measure = {
  about: 'TFTP megabytes a second to one client, against tftpd-hpa (which has no windows)',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const ours = await layField('tftp-ingot', tools);
    await startIngot(ours, { ipxeDir: await makeFile(ours) }, tools);
    const theirs = await layField('tftp-hpa', tools);
    await startTftpdHpa(theirs, await makeFile(theirs), tools);
    const runners: readonly Runner[] = [
      { name: 'ingot_window_1', field: ours, window: 1, rates: [] },
      { name: 'ingot_window_16', field: ours, window: 16, rates: [] },
      { name: 'tftpd_hpa', field: theirs, window: 1, rates: [] },
    ];
    for (let round = 1; round <= ROUNDS; round++) {
      tools.say(`round ${round} of ${ROUNDS}`);
      for (const runner of runners) runner.rates.push(await download(runner));
    }
    return figures(runners);
  },
};

async function makeFile({ dir }: Field): Promise<string> {
  const folder = join(dir, 'files');
  await mkdir(folder);
  // The folder above is its owner's alone, and tftpd-hpa looks at it as somebody else before it has a root of its own.
  await chmod(dir, 0o755);
  await writeFile(join(folder, FILE), randomBytes(BYTES), { mode: 0o644 });
  return folder;
}

/** Megabytes (10^6 bytes) a second. @throws Error when the file did not come whole */
async function download({ field, window, name }: Runner): Promise<number> {
  const copy = join(field.dir, 'copy');
  await rm(copy, { force: true });
  const options = ['--option', `blksize ${BLOCK_BYTES}`, '--option', `windowsize ${window}`];
  const which = window === 1 ? options.slice(0, 2) : options;
  const began = performance.now();
  const { output } = await field.wire.run(
    ...(['client', 'atftp', ...which, '--get', '-r', FILE, '-l', copy, SERVER.address] as const),
  );
  const seconds = (performance.now() - began) / 1000;
  const { size } = await stat(copy).catch(() => ({ size: 0 }));
  if (size !== BYTES) throw new Error(`${name}: ${size} of ${BYTES} bytes came: ${output}`);
  return BYTES / 1e6 / seconds;
}

function figures(runners: readonly Runner[]): readonly Figure[] {
  const of = (name: string): number => median(runners.find((runner) => runner.name === name)?.rates ?? []);
  const ratio = (name: string): number => rounded(of(name) / of('tftpd_hpa'));
  return [
    ...runners.map(({ name, rates }) => ({
      name: `${name}_mb_per_second`,
      value: rounded(median(rates)),
      unit: `MB/s, median of ${ROUNDS}`,
    })),
    {
      name: 'window_1_ratio',
      value: ratio('ingot_window_1'),
      unit: 'times tftpd-hpa',
      goal: { at_least: 1 },
    },
    {
      name: 'window_16_ratio',
      value: ratio('ingot_window_16'),
      unit: 'times tftpd-hpa',
      goal: { at_least: 2 },
    },
  ];
}
