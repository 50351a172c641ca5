/**
 * The boot assets that the demo and the tests need: the lab's ramdisk and the test image. Built from Debian
 * packages on demand; the recipes in `boot-assets/` keep a cache by content, so that a second call is quick.
 * Run by itself it builds them and says where they are.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Assets = {
  /** Folder with `vmlinuz` and `initrd.zst`. */
  readonly ramdiskDir: string;
  readonly image: { readonly dir: string; readonly path: string; readonly sha256: string };
};

export function buildAssets(): Assets {
  const ramdiskDir = recipe('boot-assets/ramdisk/build.sh', ['--flavour', 'cloud']);
  const dir = recipe('boot-assets/test-image/build.sh', []);
  const [sha256 = ''] = readFileSync(join(dir, 'SHA256SUMS'), 'utf8').split(' ');
  return { ramdiskDir, image: { dir, path: join(dir, 'disk.qcow2'), sha256: sha256.trim() } };
}

export type Arm64Assets = {
  /** Folder with the ramdisk for ARM64 machines in its folder `arm64`. */
  readonly ramdiskDir: string;
  /** The same for their boot loaders: a folder for `boot.secure_boot_dir`. */
  readonly loadersDir: string;
};

export function buildArm64Assets(): Arm64Assets {
  return {
    ramdiskDir: recipe('boot-assets/ramdisk/build.sh', ['--flavour', 'cloud', '--arch', 'arm64']),
    loadersDir: recipe('boot-assets/arm64/build.sh', []),
  };
}

/** Runs a recipe; its last line of output is the folder it made. What it says goes to standard error. */
function recipe(script: string, args: readonly string[]): string {
  const result = spawnSync('sh', [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  const folder = result.stdout.trim().split('\n').at(-1) ?? '';
  if (result.status === 0 && folder !== '') return folder;
  throw new Error(`${script} failed with code ${result.status}; what it said stands above`);
}

if (import.meta.main) {
  const assets = buildAssets();
  buildArm64Assets();
  process.stdout.write(`ramdisk: ${assets.ramdiskDir}\nimage:   ${assets.image.path}\n`);
}
