/** `ingot lab status`: what of a lab is there, and what its machines do. */
import path from 'node:path';
import { IngotError } from '../errors.ts';
import { livingKeeper } from './exec.ts';
import { requireLab } from './files.ts';
import { readMachineState } from './machine/state.ts';
import { labProcesses } from './processes.ts';
import type { Firmware } from './records.ts';

export type MachineStatus = {
  readonly name: string;
  readonly firmware: Firmware;
  readonly power: 'On' | 'Off';
  readonly bmc: string;
  readonly pxe_mac: string;
  readonly lcm_mac: string;
  readonly console: string;
  readonly disk: string;
};

export type LabStatus = {
  readonly dir: string;
  /** `broken`: the keeper is gone, yet processes of the lab run. */
  readonly state: 'up' | 'down' | 'broken';
  readonly processes: number;
  readonly machines: readonly MachineStatus[];
};

/** @throws IngotError `not_found` where no lab was made */
export async function labStatus(dir: string): Promise<LabStatus> {
  const lab = await requireLab(path.resolve(dir));
  const keeper = await livingKeeper(lab);
  const processes = (await labProcesses(lab)).length;
  const machines = await Promise.all(
    lab.machines.map(async (machine): Promise<MachineStatus> => {
      const state = await readMachineState(machine);
      return {
        name: machine.name,
        firmware: machine.firmware,
        power: processes > 0 && state?.power === 'On' ? 'On' : 'Off',
        bmc: `https://${machine.bmc_address}`,
        pxe_mac: machine.pxe.mac,
        lcm_mac: machine.lcm.mac,
        console: machine.console,
        disk: machine.disk.path,
      };
    }),
  );
  const state = keeper !== null ? 'up' : processes > 0 ? 'broken' : 'down';
  return { dir: lab.dir, state, processes, machines };
}

/** Path of a machine's serial console: everything it wrote since `lab up`, over all power cycles. */
export async function labConsole(dir: string, name: string): Promise<string> {
  const lab = await requireLab(path.resolve(dir));
  const machine = lab.machines.find((candidate) => candidate.name === name);
  if (machine !== undefined) return machine.console;
  throw new IngotError('not_found', `The lab in ${lab.dir} has no machine "${name}"`, {
    hint: `It has: ${lab.machines.map((known) => known.name).join(', ')}.`,
  });
}
