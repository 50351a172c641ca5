/** What stays of a machine between two lives of its BMC: its disk, its firmware variables, `machine.json`. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { constants, copyFile, mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { json } from '../files.ts';
import type { MachinePlan } from '../records.ts';
import { bootSettingsSchema } from './machine.ts';
import { FIRMWARE, firmwareOf, varsFile } from './qemu-argv.ts';

const stateSchema = z.strictObject({
  power: z.enum(['On', 'Off']),
  boot: bootSettingsSchema,
  /** QEMU's, while it runs. */
  pid: z.int().positive().nullable(),
  /** Null: firmware without Secure Boot. */
  secure_boot: z.strictObject({ enabled: z.boolean(), current: z.boolean() }).nullable(),
});

/** `machine.json`: what `lab status` shows and a restarted BMC goes on from. */
export type MachineState = z.output<typeof stateSchema>;

const stateFile = (plan: MachinePlan): string => path.join(plan.folder, 'machine.json');

/** The state last written; null before the first one or when the file makes no sense. */
export async function readMachineState(plan: MachinePlan): Promise<MachineState | null> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(stateFile(plan), 'utf8')));
  } catch {
    return null;
  }
}

/** In one go, so that two writers (an operation, and QEMU's end) never mix their halves. */
export function writeMachineState(plan: MachinePlan, state: MachineState): void {
  const file = stateFile(plan);
  writeFileSync(`${file}.new`, json(state));
  renameSync(`${file}.new`, file);
}

/** Where `ingot lab trust` leaves the authorities for the machine's firmware. */
export const authoritiesFile = (plan: MachinePlan): string => path.join(plan.folder, 'https-ca.esl');

/** What the firmware trusts besides nothing. */
export function trustOf(plan: MachinePlan): { readonly authorities?: string } {
  const authorities = authoritiesFile(plan);
  return plan.firmware === 'uefi' && existsSync(authorities) ? { authorities } : {};
}

/** Makes a blank disk and factory-new firmware variables, where they are missing. */
export async function prepareFiles(plan: MachinePlan): Promise<void> {
  await mkdir(plan.folder, { recursive: true });
  const disk = await open(plan.disk.path, 'a');
  try {
    if ((await disk.stat()).size === 0) await disk.truncate(plan.disk_gib * 2 ** 30);
  } finally {
    await disk.close();
  }
  for (const secureBoot of [false, true]) {
    const firmware = firmwareOf({ arch: plan.arch, mode: 'UEFI', secureBoot });
    const { vars } = FIRMWARE[firmware];
    if (vars === null) continue;
    await copyFile(vars, varsFile(plan, firmware), constants.COPYFILE_EXCL).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}
