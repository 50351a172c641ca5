/** A small lab to test with. */
import { planMachines } from '../../src/lab/plan.ts';
import { type Lab, type MachinePlan, machineRequestSchema } from '../../src/lab/records.ts';

const LAB_DIR = '/srv/lab';

export const [biosMachine, uefiMachine] = planMachines({
  dir: LAB_DIR,
  machines: [
    machineRequestSchema.parse({ name: 'm1', firmware: 'bios' }),
    machineRequestSchema.parse({ name: 'm2', firmware: 'uefi', disk_gib: 20, memory_mib: 4096, cpus: 2 }),
  ],
}) as readonly [MachinePlan, MachinePlan];

export const lab: Lab = {
  kind: 'ingot-lab',
  version: 1,
  id: '0123456789abcdef0123456789abcdef',
  dir: LAB_DIR,
  isolation: 'root',
  accelerator: 'tcg',
  created_at: '2026-01-01T00:00:00.000Z',
  machines: [biosMachine, uefiMachine],
};
