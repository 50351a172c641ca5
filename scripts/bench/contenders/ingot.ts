/** ingot as it is installed: `bin/ingot serve` with one PXE network. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningDaemon, startDaemon } from '../../../test/rig/daemon.ts';
import { type Field, POOL, SERVER } from '../field.ts';
import type { Tools } from '../measure.ts';

export type Ingot = RunningDaemon & { readonly pid: number; readonly socketPath: string };

type Range = { readonly from: string; readonly to: string };

export type IngotOptions = {
  /** Folder of the boot programs; default: Debian's. */
  readonly ipxeDir?: string;
  /** `limits` of the configuration. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Folder whose files may be images. */
  readonly imageDir?: string;
  /** The PXE network and its dynamic addresses; default: the field's. */
  readonly pool?: { readonly cidr: string; readonly ranges: readonly Range[] };
};

export async function startIngot(
  { dir, wire }: Field,
  { ipxeDir, limits = {}, imageDir, pool = { cidr: SERVER.cidr, ranges: [POOL] } }: IngotOptions,
  { defer }: Pick<Tools, 'defer'>,
): Promise<Ingot> {
  const boot = { ramdisk_dir: dir, ...(ipxeDir === undefined ? {} : { ipxe_dir: ipxeDir }) };
  const network = {
    name: 'pxe',
    role: 'pxe',
    dhcp: 'authoritative',
    ...SERVER,
    cidr: pool.cidr,
    // perfdhcp's machines are no node's, and are to fill the whole range.
    strangers_percent: 100,
    ranges: pool.ranges.map((range) => ({ use: 'dhcp', ...range })),
  };
  const images = imageDir === undefined ? {} : { images: { source_dirs: [imageDir] } };
  // A cache of its own, so that the first start of a measure is a first start.
  const launch = [...wire.enter('server'), 'env', `XDG_CACHE_HOME=${join(dir, 'cache')}`];
  const daemon = await startDaemon({ dir, config: { boot, limits, networks: [network], ...images }, launch });
  let stopped = false;
  const stop = async (): Promise<number | null> => {
    if (stopped) return daemon.exitCode();
    stopped = true;
    return await daemon.stop();
  };
  defer(stop);
  const pid = Number(await readFile(join(dir, 'state/ingot.lock'), 'utf8'));
  return { ...daemon, stop, pid, socketPath: join(dir, 'state/ingot.sock') };
}
