/** What the packet thread tells of files that TFTP does not have. */
import { expect, test } from 'vitest';
import { createTftpContents } from '../../../src/daemon/packets/tftp-contents.ts';
import { missingFile } from '../../../src/tftp/facts.ts';
import { ipv4, SITE } from '../../boot/fixtures.ts';

const contents = createTftpContents({
  manifest: { files: new Map(), missing: [], httpGrubs: new Set() },
  kernelArgs: '',
  site: SITE,
  places: [],
  entryOf: () => null,
  onLoaded: () => undefined,
  onFact: () => undefined,
  clock: { now: () => 0, elapsed: () => 0 },
});
const sentenceOf = (requested: string): string =>
  contents.asBootStage(missingFile({ address: ipv4('10.20.1.1'), requested }, 0)).sentence;

test.each([
  [
    '/arm64/vmlinuz',
    'the ramdisk for ARM64 machines is not there: run "npm run ramdisk -- --arch arm64 --into FOLDER"',
  ],
  ['arm64/initrd.zst', 'the ramdisk for ARM64 machines is not there'],
  [
    '/vmlinuz',
    'the ramdisk is not there: run "npm run ramdisk -- --into FOLDER" with the folder of boot.ramdisk_dir',
  ],
  ['snponly.efi', 'check that the boot program is installed (boot.ipxe_dir)'],
])('a machine that asks for %s in vain is told of so', (requested, sentence) => {
  expect(sentenceOf(requested)).toContain(sentence);
});
