/** The first-stage programs, read into memory once: TFTP and HTTP serve from here and touch no path. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_STAGES, IPXE_BUILDS } from './architectures.ts';
import { readShared } from './memory-file.ts';
import { loadsByHttp, SECURE_BOOT_PROGRAMS, SECURE_GRUBS, secureBootPath } from './secure-boot.ts';

export type BootFile = {
  /** Over a `SharedArrayBuffer`, so that both threads serve it from one memory; nobody writes to it. */
  readonly content: Uint8Array;
  readonly modified: Date;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
};

/** A program that Debian's package has and that is not there: a fact to show, no reason not to start. */
export type MissingBootFile = { readonly name: string; readonly why: string; readonly hint: string };

export type BootManifest = {
  /** By lower-case name as in `FIRST_STAGES` and `IPXE_BUILDS`, such as `snponly.efi` or `arm64/snponly.efi`. */
  readonly files: ReadonlyMap<string, BootFile>;
  readonly missing: readonly MissingBootFile[];
  /** Names of the GRUBs that load their files over HTTP, too. */
  readonly httpGrubs: ReadonlySet<string>;
};

/** What an x86 site needs; the others are served where somebody has put them. */
const EXPECTED = ['undionly.kpxe', 'snponly.efi'];
/** Firmware loads programs into low memory; anything bigger is not a boot program. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads what is there of the known programs. Never rejects: what cannot be read is in `missing`.
 * @param secureBootDir a folder with one's own shim and GRUB; null: where Debian's packages have them
 */
export async function loadBootManifest(
  ipxeDir: string,
  secureBootDir: string | null = null,
): Promise<BootManifest> {
  const builds = Object.values(IPXE_BUILDS).flatMap((build) => Object.values(build).flat());
  const names = [...new Set([...Object.values(FIRST_STAGES).flat(), ...builds])];
  const programs = [
    ...names.map((name) => ({ name, path: join(ipxeDir, name), hint: INSTALL_HINT })),
    ...SECURE_BOOT_PROGRAMS.map((program) => ({
      name: program.name,
      path: secureBootPath(program, secureBootDir),
      hint: `Install ${program.debianPackage}, or name a folder of your own in boot.secure_boot_dir, and restart ingot.`,
    })),
  ];
  const read = await Promise.all(
    programs.map(async ({ path, ...program }) => ({ ...program, result: await readBootFile(path) })),
  );
  const files = new Map(
    read.flatMap(({ name, result }) => ('file' in result ? [[name, result.file] as const] : [])),
  );
  const canHttp = (name: string): boolean => loadsByHttp(files.get(name)?.content ?? new Uint8Array());
  return {
    files,
    httpGrubs: new Set(Object.values(SECURE_GRUBS).filter(canHttp)),
    missing: read.flatMap(({ hint, name, result }) =>
      'why' in result && (EXPECTED.includes(name) || !result.absent) ? [{ name, why: result.why, hint }] : [],
    ),
  };
}

/** The contents by name, as the TFTP server takes them. */
export function contentsOf(manifest: BootManifest): ReadonlyMap<string, Uint8Array> {
  return new Map([...manifest.files].map(([name, file]) => [name, file.content]));
}

const INSTALL_HINT =
  'Install it with "apt-get install ipxe", or name the folder of your own build in boot.ipxe_dir, and restart ingot.';

type Read = { readonly file: BootFile } | { readonly why: string; readonly absent: boolean };

async function readBootFile(path: string): Promise<Read> {
  try {
    const { mtime, size } = await stat(path);
    if (size === 0 || size > MAX_BYTES)
      return { why: `${path} has ${size} bytes: that is no boot program`, absent: false };
    const content = await readShared(path);
    const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
    return { file: { content, modified: mtime, etag } };
  } catch (thrown) {
    const absent = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    return { why: absent ? `${path} does not exist` : `reading ${path} failed: ${String(thrown)}`, absent };
  }
}
