/** Files and programs of other packages that the daemon works with. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { loadBootManifest } from '../../boot/manifest.ts';
import type { Config } from '../../config/schema.ts';
import { missingRamdisk, wholeRamdisks } from '../missing-ramdisk.ts';
import { createRamdiskJudge } from '../ramdisk-mark.ts';
import { bad, type Finding, good, warning } from './finding.ts';

type Program = { readonly name: string; readonly package: string; readonly use: string };

const PROGRAMS: readonly Program[] = [
  { name: 'qemu-img', package: 'qemu-utils', use: 'converts images' },
  { name: 'xorriso', package: 'xorriso', use: 'makes config drives' },
];
const OPENSSL: Program = {
  name: 'openssl',
  package: 'openssl',
  use: 'makes the certificate that agents and deployed systems call by',
};

export async function checkFiles(config: Config): Promise<readonly Finding[]> {
  const programs = await Promise.all(programsFor(config).map(findProgram));
  return [...(hasBootNetwork(config) ? await checkBootFiles(config) : []), ...programs];
}

/** Pure: the programs that the daemon starts with this configuration. */
export function programsFor(config: Config): readonly Program[] {
  const { listen_port: port, certificate } = config.boot.https;
  const makesCertificate = hasBootNetwork(config) && port !== null && certificate === null;
  return makesCertificate ? [...PROGRAMS, OPENSSL] : PROGRAMS;
}

function hasBootNetwork({ networks }: Config): boolean {
  return networks.some(({ role }) => role === 'pxe');
}

async function checkBootFiles(config: Config): Promise<readonly Finding[]> {
  const { files, missing } = await loadBootManifest(config.boot.ipxe_dir, config.boot.secure_boot_dir);
  const ramdisk = missingRamdisk(config, files);
  const judge = await createRamdiskJudge(config);
  return [
    ...(missing.length === 0
      ? [good('boot', `${files.size} boot programs are there, iPXE's in ${config.boot.ipxe_dir}`)]
      : missing.map(({ why, hint }) => bad('boot', why, hint))),
    ...(ramdisk.length === 0
      ? wholeRamdisks(config).map(({ title }) => good('ramdisk', `Kernel and initrd of ${title} are there`))
      : ramdisk.map((sentence) => bad('ramdisk', sentence, ''))),
    ...judge().map((sentence) => warning('ramdisk', sentence, '')),
  ];
}

async function findProgram({ name, use, ...from }: Program): Promise<Finding> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return good('program', `${path} ${use}`);
  }
  return bad('program', `${name}, which ${use}, is not installed`, `apt-get install ${from.package}`);
}
