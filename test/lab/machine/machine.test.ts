import { describe, expect, it } from 'vitest';
import { afterBoot, type BootSettings, firstBootSource } from '../../../src/lab/machine/machine.ts';

const none: BootSettings = { enabled: 'Disabled', target: 'None', mode: 'Legacy' };
const oncePxe: BootSettings = { enabled: 'Once', target: 'Pxe', mode: 'UEFI' };

describe('boot settings', () => {
  const rows: readonly { boot: BootSettings; first: string; after: BootSettings }[] = [
    { boot: none, first: 'disk', after: none },
    { boot: oncePxe, first: 'pxe', after: { enabled: 'Disabled', target: 'None', mode: 'UEFI' } },
    {
      boot: { ...oncePxe, enabled: 'Continuous' },
      first: 'pxe',
      after: { ...oncePxe, enabled: 'Continuous' },
    },
    {
      boot: { ...oncePxe, target: 'Hdd' },
      first: 'disk',
      after: { enabled: 'Disabled', target: 'None', mode: 'UEFI' },
    },
    {
      boot: { ...oncePxe, target: 'UefiHttp' },
      first: 'http',
      after: { enabled: 'Disabled', target: 'None', mode: 'UEFI' },
    },
    {
      boot: { ...oncePxe, target: 'UefiHttp', mode: 'Legacy' },
      first: 'disk',
      after: { enabled: 'Disabled', target: 'None', mode: 'Legacy' },
    },
  ];
  it.each(rows)('$boot.mode $boot.enabled $boot.target boots from $first first', ({ boot, first, after }) => {
    expect(firstBootSource(boot)).toBe(first);
    expect(afterBoot(boot)).toEqual(after);
  });
});
