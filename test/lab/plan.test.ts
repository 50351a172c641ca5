import { describe, expect, it } from 'vitest';
import { planMachines } from '../../src/lab/plan.ts';
import { labSchema, machineRequestSchema } from '../../src/lab/records.ts';
import { biosMachine, lab, uefiMachine } from './fixtures.ts';

const request = (name: string) => machineRequestSchema.parse({ name, firmware: 'bios' });

describe('the plan of a lab', () => {
  it('gives the first machine addresses, names and files of its own', () => {
    expect(biosMachine).toMatchObject({
      name: 'm1',
      bmc_address: '10.30.0.11',
      serial: 'LAB0001',
      pxe: { mac: '52:54:00:20:00:01', tap: 'tap1-pxe' },
      lcm: { mac: '52:54:00:40:00:01', tap: 'tap1-lcm' },
      disk: { path: '/srv/lab/machines/m1/disk.raw', serial: 'LABDISK0001', wwn: '0x5525400000000001' },
      console: '/srv/lab/machines/m1/console.log',
    });
  });

  it('refuses Secure Boot on BIOS firmware, and BIOS firmware on ARM64', () => {
    const machines = [{ ...request('old'), secure_boot: true }];
    expect(() => planMachines({ dir: '/srv/lab', machines })).toThrow(/"old" cannot have Secure Boot/);
    const arm = [{ ...request('arm'), arch: 'aarch64' as const }];
    expect(() => planMachines({ dir: '/srv/lab', machines: arm })).toThrow(/"arm" cannot have BIOS/);
  });

  it('gives no two machines the same address, MAC, serial, UUID, disk or tap', () => {
    const machines = planMachines({
      dir: '/srv/lab',
      machines: Array.from({ length: 244 }, (_, at) => request(`n${at}`)),
    });
    const values = machines.flatMap((machine) => [
      machine.bmc_address,
      machine.pxe.mac,
      machine.lcm.mac,
      machine.serial,
      machine.uuid,
      machine.disk.wwn,
      machine.disk.serial,
      machine.pxe.tap,
      machine.lcm.tap,
    ]);
    expect(new Set(values).size).toBe(values.length);
    expect(machines.at(-1)?.bmc_address).toBe('10.30.0.254');
    for (const { pxe, disk } of machines) {
      expect(pxe.tap.length).toBeLessThanOrEqual(15);
      expect(disk.wwn).toMatch(/^0x[0-9a-f]{16}$/);
    }
  });

  it('gives the same machine the same identity each time, in RFC 9562 form', () => {
    expect(planMachines({ dir: '/elsewhere', machines: [request('m1')] })[0]?.uuid).toBe(biosMachine.uuid);
    expect(uefiMachine.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is read back from lab.json as it was written', () => {
    expect(labSchema.parse(JSON.parse(JSON.stringify(lab)))).toEqual(lab);
  });

  const refusals = [
    { why: 'two machines have one name', names: ['a', 'a'], dir: '/srv/lab', says: /named "a"/ },
    {
      why: 'there are more machines than BMC addresses',
      names: Array.from({ length: 245 }, (_, at) => `n${at}`),
      dir: '/srv/lab',
      says: /room for 244 machines; 245/,
    },
    {
      why: "the sockets' paths get too long",
      names: ['a'],
      dir: `/srv/${'x'.repeat(90)}`,
      says: /too long a path/,
    },
  ];
  it.each(refusals)('is refused when $why', ({ names, dir, says }) => {
    expect(() => planMachines({ dir, machines: names.map(request) })).toThrow(says);
  });
});
