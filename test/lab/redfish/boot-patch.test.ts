import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BootSettings } from '../../../src/lab/machine/machine.ts';
import { BOOT_PROPERTIES, patchBoot } from '../../../src/lab/redfish/boot-patch.ts';

const none: BootSettings = { enabled: 'Disabled', target: 'None', mode: 'Legacy' };
const oncePxe: BootSettings = { enabled: 'Once', target: 'Pxe', mode: 'Legacy' };
const known = new Set(['Boot', 'PowerState', '@odata.id']);

describe('a PATCH of the boot override', () => {
  const accepted: readonly { what: string; from: BootSettings; boot: object; to: BootSettings }[] = [
    {
      what: 'takes target, frequency and mode together',
      from: none,
      boot: {
        BootSourceOverrideEnabled: 'Once',
        BootSourceOverrideTarget: 'Pxe',
        BootSourceOverrideMode: 'UEFI',
      },
      to: { enabled: 'Once', target: 'Pxe', mode: 'UEFI' },
    },
    {
      what: 'leaves the mode when it is not named',
      from: oncePxe,
      boot: { BootSourceOverrideTarget: 'Hdd' },
      to: { ...oncePxe, target: 'Hdd' },
    },
    {
      what: 'leaves the override when only the mode is named',
      from: oncePxe,
      boot: { BootSourceOverrideMode: 'UEFI' },
      to: { ...oncePxe, mode: 'UEFI' },
    },
    {
      what: 'forgets the target when disabled',
      from: oncePxe,
      boot: { BootSourceOverrideEnabled: 'Disabled' },
      to: none,
    },
    {
      what: 'is disabled by target None',
      from: oncePxe,
      boot: { BootSourceOverrideTarget: 'None' },
      to: none,
    },
    {
      what: 'needs a target to be an override',
      from: none,
      boot: { BootSourceOverrideEnabled: 'Once' },
      to: none,
    },
  ];
  it.each(accepted)('$what', ({ from, boot, to }) => {
    expect(patchBoot({ Boot: boot }, from, known)).toEqual({ kind: 'settings', settings: to });
  });

  const refused = [
    { body: {}, id: 'PropertyMissing' },
    { body: { Boot: 'Pxe' }, id: 'PropertyValueTypeError' },
    { body: { Boot: { BootSourceOverrideTarget: 'Moon' } }, id: 'PropertyValueNotInList' },
    { body: { Boot: { BootSourceOverrideTarget: 7 } }, id: 'PropertyValueTypeError' },
    { body: { Boot: { BootNext: 'Boot0001' } }, id: 'PropertyUnknown' },
    { body: { PowerState: 'On' }, id: 'PropertyNotWritable' },
    { body: { Colour: 'red' }, id: 'PropertyUnknown' },
  ];
  it.each(refused)('$body is refused as $id', ({ body, id }) => {
    const patched = patchBoot(body, none, known);
    expect(patched).toMatchObject({
      kind: 'refused',
      answer: {
        status: 400,
        body: { error: { '@Message.ExtendedInfo': [{ MessageId: `Base.1.13.${id}` }] } },
      },
    });
  });

  it('never leaves half an override, whatever is asked in whatever order', () => {
    const value = (name: keyof typeof BOOT_PROPERTIES) => fc.constantFrom(...BOOT_PROPERTIES[name]);
    const boot = fc.record(
      {
        BootSourceOverrideEnabled: value('BootSourceOverrideEnabled'),
        BootSourceOverrideTarget: value('BootSourceOverrideTarget'),
        BootSourceOverrideMode: value('BootSourceOverrideMode'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(boot, { minLength: 1 }), (patches) => {
        const end = patches.reduce((settings: BootSettings, patch) => {
          const patched = patchBoot({ Boot: patch }, settings, known);
          expect(patched.kind).toBe('settings');
          return patched.kind === 'settings' ? patched.settings : settings;
        }, none);
        expect(end.enabled === 'Disabled').toBe(end.target === 'None');
      }),
    );
  });
});
