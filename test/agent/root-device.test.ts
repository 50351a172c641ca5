import { describe, expect, it } from 'vitest';
import { AgentError } from '../../src/agent/base/agent-error.ts';
import { GIB } from '../../src/agent/disk/disk.ts';
import { chooseRootDevice, hintsOfNode } from '../../src/agent/disk/root-device.ts';
import { disk } from './support/disks.ts';

const SSD = disk();
const HDD = disk({
  name: '/dev/sdb',
  model: 'ST4000NM0035',
  size: 4000 * GIB,
  rotational: true,
  serial: 'ZC1A2B3C',
  vendor: 'SEAGATE',
  wwn: '0x5000c500a',
  hctl: '1:0:0:0',
  by_path: null,
});
const NVME = disk({
  name: '/dev/nvme0n1',
  model: 'SAMSUNG PM983',
  size: 960 * GIB,
  serial: 'NV1',
  vendor: null,
  wwn: null,
  hctl: null,
});
const DISKS = [SSD, HDD, NVME];

function choose(rootDevice: object): string {
  return chooseRootDevice(DISKS, hintsOfNode({ properties: { root_device: rootDevice } })).name;
}

function refusal(work: () => unknown): AgentError {
  try {
    work();
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('a root device hint', () => {
  it.each<[object, string]>([
    [{ serial: 'ZC1A2B3C' }, '/dev/sdb'],
    [{ serial: 's== zc1a2b3c' }, '/dev/sdb'],
    [{ model: 'pm983' }, '/dev/nvme0n1'],
    [{ model: '<in> MZ7' }, '/dev/sda'],
    [{ model: '<all-in> samsung 480' }, '/dev/sda'],
    [{ model: '<or> ST4000NM0035 <or> other' }, '/dev/sdb'],
    [{ vendor: 'sea' }, '/dev/sdb'],
    [{ vendor: 's!= ATA' }, '/dev/sdb'],
    [{ name: '/dev/nvme0n1' }, '/dev/nvme0n1'],
    [{ name: 's== /dev/sda' }, '/dev/sda'],
    [{ name: 's> /dev/sda' }, '/dev/sdb'],
    [{ wwn: '0x5000C500A' }, '/dev/sdb'],
    [{ wwn_with_extension: '0x5002538e10000001', name: 's< /dev/sda' }, '/dev/nvme0n1'],
    [{ hctl: '1:0:0:0' }, '/dev/sdb'],
    [{ by_path: '/dev/disk/by-path/pci-0000:00:1f.2-ata-1', name: '/dev/sda' }, '/dev/sda'],
    [{ size: 480 }, '/dev/sda'],
    [{ size: '480' }, '/dev/sda'],
    [{ size: '>= 1000' }, '/dev/sdb'],
    [{ size: '<= 500' }, '/dev/sda'],
    [{ size: '<or> 100 <or> 960' }, '/dev/nvme0n1'],
    [{ rotational: true }, '/dev/sdb'],
    [{ rotational: 'yes' }, '/dev/sdb'],
    [{ rotational: false, size: '!= 480' }, '/dev/nvme0n1'],
  ])('%j chooses %s', (hints, name) => {
    expect(choose(hints)).toBe(name);
  });

  it('of instance_info wins over one of properties', () => {
    const node = {
      instance_info: { root_device: { name: '/dev/sdb' } },
      properties: { root_device: { name: '/dev/sda' } },
    };
    expect(chooseRootDevice(DISKS, hintsOfNode(node)).name).toBe('/dev/sdb');
  });

  it('that fits no disk is refused with the disks seen', () => {
    const error = refusal(() => choose({ serial: 'NOPE' }));
    expect(error.kind).toBe('no_device');
    expect(error.message).toMatch(
      /^no disk matches the root device hints serial "NOPE"; seen: \/dev\/sda \(480 GiB.*\/dev\/sdb.*\/dev\/nvme0n1/,
    );
  });

  it('that fits two disks is refused with both', () => {
    const error = refusal(() => choose({ model: 'samsung' }));
    expect(error.kind).toBe('ambiguous_device');
    expect(error.message).toMatch(
      /^2 disks match the root device hints model "samsung": \/dev\/sda .*serial "S45NNA0M1".*; \/dev\/nvme0n1 .*serial "NV1"\)$/,
    );
  });

  it('never chooses a read-only disk', () => {
    expect(refusal(() => chooseRootDevice([disk({ readOnly: true })], { name: '/dev/sda' })).kind).toBe(
      'no_device',
    );
  });

  it.each<[object, RegExp]>([
    [{ colour: 'red' }, /root device hint "colour" is not known; the hints are size, model/],
    [{ size: 'big' }, /root device hint "size": "big" is not a number/],
    [{ rotational: 'maybe' }, /"maybe" is neither true nor false/],
    [{ serial: ['a'] }, /"serial" must be a text/],
  ])('%j is refused as a mistake', (hints, sentence) => {
    const error = refusal(() => choose(hints));
    expect(error.kind).toBe('invalid_params');
    expect(error.message).toMatch(sentence);
  });
});

describe('without hints', () => {
  it('the smallest disk of 4 GiB or more is chosen', () => {
    const stick = disk({ name: '/dev/sdz', size: 2 * GIB });
    expect(chooseRootDevice([stick, HDD, NVME, SSD], {}).name).toBe('/dev/sda');
  });

  it('the first by name of equal disks is chosen', () => {
    expect(chooseRootDevice([disk({ name: '/dev/sdb' }), disk()], {}).name).toBe('/dev/sda');
  });

  it('a machine with small disks only is told so', () => {
    const error = refusal(() => chooseRootDevice([disk({ size: GIB })], {}));
    expect(error.message).toMatch(/^no disk has 4 GiB or more; seen: \/dev\/sda \(1\.00 GiB/);
  });

  it('a machine without disks is told so', () => {
    expect(refusal(() => chooseRootDevice([], {})).message).toMatch(/no disks at all/);
  });
});
