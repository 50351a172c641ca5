import { describe, expect, it } from 'vitest';
import { parseMachines } from '../../src/lab/machine-option.ts';

const none = { machine: [], bios: '0', uefi: '0' };
const brief = (machines: ReturnType<typeof parseMachines>) =>
  machines.map(({ name, firmware }) => `${name}:${firmware}`);

describe('the machines of `ingot lab up`', () => {
  const wishes = [
    { words: 'nothing', options: none, machines: ['bios-1:bios', 'uefi-1:uefi'] },
    { words: '--bios 2', options: { ...none, bios: '2' }, machines: ['bios-1:bios', 'bios-2:bios'] },
    {
      words: '--machine name=m1,firmware=uefi --bios 1',
      options: { ...none, machine: ['name=m1,firmware=uefi'], bios: '1' },
      machines: ['m1:uefi', 'bios-1:bios'],
    },
  ];
  it.each(wishes)('are, for $words: $machines', ({ options, machines }) => {
    expect(brief(parseMachines(options))).toEqual(machines);
  });

  it('takes sizes, and gives sensible ones where none are named', () => {
    const [big, usual] = parseMachines({
      ...none,
      machine: ['name=big,firmware=bios,disk_gib=40,memory_mib=8192,cpus=4', 'name=usual,firmware=bios'],
    });
    expect(big).toEqual({
      name: 'big',
      firmware: 'bios',
      disk_gib: 40,
      memory_mib: 8192,
      cpus: 4,
      arch: 'x86_64',
      secure_boot: false,
    });
    expect(usual).toEqual({
      name: 'usual',
      firmware: 'bios',
      disk_gib: 8,
      memory_mib: 2048,
      cpus: 1,
      arch: 'x86_64',
      secure_boot: false,
    });
  });

  it('takes Secure Boot as true or false', () => {
    const machine = ['name=a,firmware=uefi,secure_boot=true', 'name=b,firmware=uefi,secure_boot=false'];
    expect(parseMachines({ ...none, machine }).map(({ secure_boot }) => secure_boot)).toEqual([true, false]);
  });

  const mistakes = [
    { options: { ...none, machine: ['name=m1,firmware=uefi,secure_boot=yes'] }, says: /secure_boot/ },
    { options: { ...none, machine: ['name=m1'] }, says: /firmware/ },
    { options: { ...none, machine: ['name=m1,firmware=coreboot'] }, says: /firmware/ },
    { options: { ...none, machine: ['name=M_1,firmware=bios'] }, says: /lower-case/ },
    {
      options: { ...none, machine: ['name=m1,firmware=bios,disk_gib=lots'] },
      says: /disk_gib must be a number, not "lots"$/,
    },
    {
      options: { ...none, machine: ['name=m1,firmware=bios,colour=red'] },
      says: /colour is none of name, firmware, disk_gib, /,
    },
    { options: { ...none, machine: ['m1'] }, says: /"m1" in --machine is not NAME=VALUE/ },
    { options: { ...none, uefi: 'two' }, says: /--uefi takes a number of machines, not "two"/ },
  ];
  it.each(mistakes)(
    'are refused for $options with a sentence that names the mistake',
    ({ options, says }) => {
      expect(() => parseMachines(options)).toThrow(says);
    },
  );
});
