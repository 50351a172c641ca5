/** TFTP against tftpd-hpa: one client with one large file (Debian's atftp), and a crowd of clients (curl). */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startIngot } from './contenders/ingot.ts';
import { startTftpdHpa } from './contenders/tftpd-hpa.ts';
import { type Field, layField, SERVER } from './field.ts';
import { type Figure, type Measure, median, rounded, type Tools } from './measure.ts';
import { CROWD, type CrowdResult, loadAtOnce, seatCrowd } from './tftp-crowd.ts';

/** A boot program's name that both serve; as large as ingot takes one. */
const FILE = 'snponly.efi';
const BYTES = 16_000_000;
/** The file that the crowd loads. */
const SMALL_FILE = 'undionly.kpxe';
const ROUNDS = 5;
const CROWD_ROUNDS = 3;
const BLOCK_BYTES = 1468;

type Runner = {
  readonly name: string;
  readonly field: Field;
  readonly window: number;
  readonly rates: number[];
};

export const tftp: Measure = {
  about: `TFTP megabytes a second to one client and to ${CROWD.clients} at once, against tftpd-hpa (which has no windows)`,
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
    return [...figures(runners), ...(await crowdFigures({ ours, theirs }, tools))];
  },
};

async function makeFile({ dir }: Field): Promise<string> {
  const folder = join(dir, 'files');
  await mkdir(folder);
  // The folder above is its owner's alone, and tftpd-hpa looks at it as somebody else before it has a root of its own.
  await chmod(dir, 0o755);
  await writeFile(join(folder, FILE), randomBytes(BYTES), { mode: 0o644 });
  await writeFile(join(folder, SMALL_FILE), randomBytes(CROWD.bytes), { mode: 0o644 });
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

async function crowdFigures(
  { ours, theirs }: { readonly ours: Field; readonly theirs: Field },
  { say }: Tools,
): Promise<readonly Figure[]> {
  const results: { readonly ours: CrowdResult[]; readonly theirs: CrowdResult[] } = { ours: [], theirs: [] };
  await seatCrowd(ours);
  await seatCrowd(theirs);
  for (let round = 1; round <= CROWD_ROUNDS; round++) {
    say(`crowd ${round} of ${CROWD_ROUNDS}`);
    results.ours.push(await loadAtOnce(ours, SMALL_FILE));
    results.theirs.push(await loadAtOnce(theirs, SMALL_FILE));
  }
  const failed = (of: readonly CrowdResult[]): number => of.reduce((sum, one) => sum + one.failed, 0);
  const speed = (of: readonly CrowdResult[]): number => median(of.map((one) => one.mbPerSecond));
  const unit = `MB/s of ${CROWD.clients} clients, median of ${CROWD_ROUNDS}`;
  return [
    { name: 'crowd_ingot_mb_per_second', value: rounded(speed(results.ours)), unit },
    { name: 'crowd_tftpd_hpa_mb_per_second', value: rounded(speed(results.theirs)), unit },
    { name: 'crowd_ingot_failed', value: failed(results.ours), unit: 'clients', goal: { at_most: 0 } },
    { name: 'crowd_tftpd_hpa_failed', value: failed(results.theirs), unit: 'clients' },
    {
      name: 'crowd_ratio',
      value: rounded(speed(results.ours) / speed(results.theirs)),
      unit: 'times tftpd-hpa',
      goal: { at_least: 1 },
    },
  ];
}
