/**
 * HTTP against nginx with sendfile: one large file, Debian's wrk. Kernel and ramdisk come from memory, images from
 * disk.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ingot, startIngot } from './contenders/ingot.ts';
import { startNginx } from './contenders/nginx.ts';
import { type Field, layField, SERVER } from './field.ts';
import { type Figure, type Measure, median, rounded, type Tools } from './measure.ts';
import { cpuSeconds } from './process-figures.ts';
import { runWrk } from './wrk.ts';

const BYTES = 100_000_000;
const CONNECTIONS = [16, 64] as const;
const ROUNDS = 3;
const SECONDS = 4;
const READY_MS = 60_000;

type Runner = { readonly name: string; readonly url: string; readonly pid: number };
/** Of one runner with so many connections: a number for each round. */
type Row = Runner & { readonly connections: number; readonly rates: number[]; readonly cpu: number[] };

export const http: Measure = {
  about: 'HTTP gigabytes a second of a 100 MB file, and CPU seconds a gigabyte, against nginx with sendfile',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const field = await layField('http', tools);
    // wrk's connections are one machine's here, which gets a sixteenth of the places: no limit may stand in the way.
    const limits = { boot_downloads: 2_048, image_writes: 1_024 };
    const folder = await makeFiles(field);
    const ingot = await startIngot(field, { limits, imageDir: folder }, tools);
    const nginx = await startNginx(field, folder, tools);
    const site = `http://${SERVER.address}:6180`;
    const runners: readonly Runner[] = [
      { name: 'ramdisk', url: `${site}/files/initrd.zst`, pid: ingot.pid },
      { name: 'image', url: `${site}/images/${await addImage(ingot, folder)}`, pid: ingot.pid },
      { name: 'nginx', url: `${nginx.url}/initrd.zst`, pid: nginx.pid },
    ];
    const rows = CONNECTIONS.flatMap((connections) =>
      runners.map((runner): Row => ({ ...runner, connections, rates: [], cpu: [] })),
    );
    for (let round = 1; round <= ROUNDS; round++) {
      tools.say(`round ${round} of ${ROUNDS}`);
      for (const row of rows) await load(field, row);
    }
    return CONNECTIONS.flatMap((connections) => figures(rows, connections));
  },
};

/**
 * The ramdisk's folder is the field's own (`startIngot`); the same bytes are the image, in a folder for both servers.
 */
async function makeFiles({ dir }: Field): Promise<string> {
  const folder = join(dir, 'files');
  await mkdir(folder);
  await chmod(dir, 0o755);
  const content = randomBytes(BYTES);
  await writeFile(join(dir, 'vmlinuz'), 'a kernel');
  for (const path of [join(dir, 'initrd.zst'), join(folder, 'initrd.zst')])
    await writeFile(path, content, { mode: 0o644 });
  return folder;
}

/** Puts the file into the image cache; resolves to its id there. */
async function addImage({ client }: Ingot, folder: string): Promise<string> {
  const file = join(folder, 'initrd.zst');
  const value = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const checksum = { algorithm: 'sha256', value };
  await client.images.add({ source: `file://${file}`, format: 'raw', checksum });
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(100)) {
    const [image] = await client.images.list();
    if (image?.state === 'ready') return image.id;
  }
  throw new Error('the image did not become ready');
}

async function load({ wire }: Field, row: Row): Promise<void> {
  const before = await cpuSeconds(row.pid);
  const { bytes, seconds } = await runWrk(wire, {
    url: row.url,
    connections: row.connections,
    seconds: SECONDS,
  });
  const used = (await cpuSeconds(row.pid)) - before;
  row.rates.push(bytes / 1e9 / seconds);
  row.cpu.push(used / (bytes / 1e9));
}

function figures(rows: readonly Row[], connections: number): readonly Figure[] {
  const of = (name: string): Row => {
    const row = rows.find((one) => one.name === name && one.connections === connections);
    if (row === undefined) throw new RangeError(`no row ${name}`);
    return row;
  };
  const ratio = (name: string, least: number): Figure => ({
    name: `${name}_${connections}_ratio`,
    value: rounded(median(of(name).rates) / median(of('nginx').rates)),
    unit: 'times nginx',
    goal: { at_least: least },
  });
  return [
    ...['ramdisk', 'image', 'nginx'].flatMap((name): readonly Figure[] => [
      {
        name: `${name}_${connections}_gb_per_second`,
        value: rounded(median(of(name).rates)),
        unit: `GB/s, ${connections} connections, median of ${ROUNDS}`,
      },
      {
        name: `${name}_${connections}_cpu_s_per_gb`,
        value: rounded(median(of(name).cpu)),
        unit: 'CPU s/GB',
      },
    ]),
    ratio('ramdisk', 1),
    ratio('image', 0.7),
  ];
}
