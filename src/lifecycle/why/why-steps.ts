/** What `why` knows of steps: which ask the BMC, which need the ramdisk, and what to check for them. Tables of data. */
import type { EventRecord } from '../../store/records/event.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { ProvisionState } from '../../store/words.ts';
import type { StepName } from '../steps/catalog.ts';

/** For every step that talks to the BMC: what to check when no answer comes. */
const WHEN_THE_BMC_IS_SILENT: readonly string[] = [
  'Is the cable of the BMC plugged in, with link, in a switch port of the out-of-band network?',
  'Is the address in driver_info the BMC’s, and the port its Redfish service’s?',
  'Does a firewall or a missing route lie between the seed node and the out-of-band network?',
  'Is the BMC busy or hung? Try its web page; a cold reset of the BMC leaves the machine as it is.',
];

/** A BMC may answer and yet not do it. */
const WHEN_POWER_DOES_NOT_CHANGE = 'Does the BMC’s own page show the power state that was asked for?';

/** Step → what to check while it asks the BMC. Steps that are not here ask it nothing. */
const BMC_STEPS: Readonly<Partial<Record<StepName, readonly string[]>>> = {
  verify: WHEN_THE_BMC_IS_SILENT,
  'find-ports': WHEN_THE_BMC_IS_SILENT,
  'power-on': [...WHEN_THE_BMC_IS_SILENT, WHEN_POWER_DOES_NOT_CHANGE],
  'power-off': [...WHEN_THE_BMC_IS_SILENT, WHEN_POWER_DOES_NOT_CHANGE],
  restart: [...WHEN_THE_BMC_IS_SILENT, WHEN_POWER_DOES_NOT_CHANGE],
  'soft-power-off': [
    ...WHEN_THE_BMC_IS_SILENT,
    'Does the operating system heed the power button (ACPI)? If not, ask for a hard power off.',
  ],
  'shut-down': [
    ...WHEN_THE_BMC_IS_SILENT,
    'Does the system heed the power button (ACPI)? If not, it is switched off by and by; a hard power off before it saves the wait.',
  ],
  'boot-ramdisk': [...WHEN_THE_BMC_IS_SILENT, WHEN_POWER_DOES_NOT_CHANGE],
  'boot-disk': WHEN_THE_BMC_IS_SILENT,
  'boot-instance': WHEN_THE_BMC_IS_SILENT,
  'leave-ramdisk': [...WHEN_THE_BMC_IS_SILENT, WHEN_POWER_DOES_NOT_CHANGE],
};

/** Steps that begin, or go on in, a boot of the ramdisk. */
const RAMDISK_STEPS: ReadonlySet<string> = new Set<StepName>([
  'boot-ramdisk',
  'wait-agent',
  'collect-inventory',
]);

/** States at rest whose next verb boots the ramdisk. */
const RAMDISK_STATES: ReadonlySet<ProvisionState> = new Set([
  'manageable',
  'available',
  'inspect failed',
  'clean failed',
  'deploy failed',
  'rescue failed',
]);

/** Step → what to check while it waits for other nodes. */
const KIN_STEPS: Readonly<Partial<Record<StepName, string>>> = {
  'parent-power-on': 'What keeps the node that it is a part of? ingot node why, with that one’s name.',
  'child-power': 'What keeps the nodes that are parts of it? ingot node why, with the name of each.',
};

/** What to check while the job's step waits for the BMC or for other nodes. */
export function stepChecks(node: NodeRecord, job: JobRecord): readonly string[] {
  const step = job.steps[job.cursor]?.name ?? '';
  const kin = Object.entries(KIN_STEPS).find(([name]) => name === step)?.[1];
  return kin === undefined ? (bmcAsked(node, job)?.checks ?? []) : [kin];
}

export type BmcAsked = { readonly address: string; readonly checks: readonly string[] };

/** The BMC that the job's step asks just now, and what to check; null when it asks none. */
export function bmcAsked(node: NodeRecord, job: JobRecord): BmcAsked | null {
  const step = job.steps[job.cursor]?.name ?? '';
  const checks = Object.entries(BMC_STEPS).find(([name]) => name === step)?.[1];
  const address = bmcAddressOf(node);
  return checks === undefined || address === null ? null : { address, checks };
}

/** Whether what keeps machines from booting the ramdisk matters to the node now. */
export function needsRamdisk(node: NodeRecord, running: JobRecord | null): boolean {
  return running === null
    ? RAMDISK_STATES.has(node.provision_state)
    : RAMDISK_STEPS.has(running.steps[running.cursor]?.name ?? '');
}

/** Whether the job waits for the ramdisk to come up. While the machine is only being started, its BMC is asked. */
export function waitsForBoot(node: NodeRecord, job: JobRecord | null, seen: readonly EventRecord[]): boolean {
  const step = job?.steps[job.cursor]?.name ?? '';
  if (node.boot_intent !== 'ramdisk' || !RAMDISK_STEPS.has(step)) return false;
  return step !== 'boot-ramdisk' || seen.length > 0;
}

/** Ironic names it after the driver (`redfish_address`). A login that stands in it is not told. */
function bmcAddressOf({ driver, driver_info }: NodeRecord): string | null {
  const address = driver_info[`${driver}_address`];
  return typeof address === 'string' && address !== '' ? address.replace(/^(.*\/\/)?.*@/, '$1') : null;
}
