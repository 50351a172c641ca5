/** GRUB's own parser, from Debian's grub-common, judges the configurations that we write. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GRUB_CONFIG_FOR_ALL, renderGrubConfig } from '../../src/boot/grub-config.ts';
import { entry, MAC, SITE } from './fixtures.ts';

const CHECK = join(import.meta.dirname, '../../.cache/debian/grub-common/usr/bin/grub-script-check');

const render = (node: ReturnType<typeof entry> | null, stuck = false): string =>
  renderGrubConfig({ mac: MAC, entry: node, site: SITE, kernelArgs: "quiet it's", stuck });
const check = (config: string): string =>
  execFileSync(CHECK, { input: config, encoding: 'utf8', stdio: 'pipe' });

describe('grub-script-check', () => {
  test.each([
    ['for all', GRUB_CONFIG_FOR_ALL],
    ['of a node that loads its ramdisk', render(entry('ramdisk'))],
    ['of a node that boots its disk', render(entry('disk'))],
    ['of an unknown machine', render(null)],
    ['of a node that goes round with its ramdisk', render(entry('ramdisk'), true)],
    ['of a node that goes round with its disk', render(entry('disk'), true)],
  ])('takes the configuration %s', (_, config) => {
    expect(check(config)).toBe('');
  });

  test('refuses one that is broken', () => {
    expect(() => check(`${render(entry('disk'))}done`)).toThrow(/syntax error/i);
  });
});
