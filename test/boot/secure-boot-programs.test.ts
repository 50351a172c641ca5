/** What the Secure Boot chain of a machine lacks on the seed node. */
import { expect, test } from 'vitest';
import { missingSecureBootPrograms } from '../../src/boot/secure-boot.ts';

test.each([
  ['x86_64', ['/own/shimx64.efi', '/own/grubx64.efi']],
  ['aarch64', ['/own/arm64/shimaa64.efi', '/own/arm64/grubaa64.efi']],
  [undefined, ['/own/shimx64.efi', '/own/grubx64.efi']],
])(
  'a machine with the processor %s needs %j, and MokManager only with keys of its own',
  (processor, paths) => {
    const missing = (there: readonly string[]) =>
      missingSecureBootPrograms(processor, { dir: '/own', exists: (path) => there.includes(path) });
    expect(missing([]).map(({ path }) => path)).toEqual(paths);
    expect(missing(paths)).toEqual([]);
    expect(missing(paths.slice(1)).map(({ path }) => path)).toEqual(paths.slice(0, 1));
  },
);
