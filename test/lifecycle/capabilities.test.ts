import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/json.ts';
import {
  capabilitiesIn,
  usesSecureBoot,
  wantedBootMode,
  wantedSecureBoot,
} from '../../src/lifecycle/capabilities.ts';

type Facts = {
  readonly properties?: Json;
  readonly instance?: Json;
  readonly boot_mode?: 'uefi' | 'bios';
  readonly bmc?: boolean;
};

const node = ({ properties, instance, boot_mode, bmc }: Facts) => ({
  properties: properties === undefined ? {} : { capabilities: properties },
  instance_info: instance === undefined ? {} : { capabilities: instance },
  boot_mode: boot_mode ?? null,
  secure_boot: bmc ?? null,
});

describe("Ironic's capabilities", () => {
  it.each<[string, Json]>([
    ['a list', 'cpu_vt:true, secure_boot:true ,boot_mode:uefi'],
    ['an object', { cpu_vt: true, secure_boot: true, boot_mode: 'uefi' }],
    ['an object in a string', '{"cpu_vt": "True", "secure_boot": "True", "boot_mode": "uefi"}'],
  ])('are read as %s', (_, properties) => {
    expect([...capabilitiesIn(properties)]).toEqual([
      ['cpu_vt', 'true'],
      ['secure_boot', 'true'],
      ['boot_mode', 'uefi'],
    ]);
    const read = node({ properties });
    expect([wantedSecureBoot(read), wantedBootMode(read)]).toEqual([true, 'uefi']);
  });

  it.each<[Json]>([['{"a":'], [[1]], [null], [7], ['secure_boot'], ['']])(
    'that make no sense say nothing: %j',
    (properties) => {
      expect(wantedSecureBoot(node({ properties }))).toBeNull();
    },
  );

  it('of the instance win over those of the node', () => {
    const both = node({ properties: 'boot_mode:bios', instance: { boot_mode: 'uefi' }, boot_mode: 'bios' });
    expect(wantedBootMode(both)).toBe('uefi');
  });
});

describe('a node uses Secure Boot', () => {
  it.each<[Facts, boolean]>([
    [{}, false],
    [{ properties: 'secure_boot:true' }, true],
    [{ instance: '{"secure_boot": "true"}' }, true],
    [{ bmc: true }, true],
    [{ bmc: false }, false],
    [{ properties: 'secure_boot:true', bmc: false }, true],
    [{ properties: 'secure_boot:false', bmc: true }, false],
    [{ properties: 'secure_boot:false', instance: { secure_boot: 'true' } }, true],
    [{ properties: 'secure_boot:true,boot_mode:bios' }, false],
    [{ bmc: true, boot_mode: 'bios' }, false],
  ])('%j: %s', (facts, uses) => {
    expect(usesSecureBoot(node(facts))).toBe(uses);
  });
});
