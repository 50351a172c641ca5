/** What changes for nodes whose power is never switched off (`disable_power_off`). Pure. */
import { IngotError } from '../../errors.ts';
import type { JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PowerTarget } from '../../store/words.ts';
import type { StepName } from '../steps/catalog.ts';

/** Steps that end with the machine's power off, or that only ask for it. */
export const OFF_STEPS: ReadonlySet<string> = new Set<StepName>(['power-off', 'soft-power-off', 'shut-down']);
/** Told by steps of jobs that were begun before the node was so, or that the agent has asked for. */
export const STAYS_ON = 'The machine stays on: its power is never switched off (disable_power_off).';

/** Steps that start the machine, by restarting it where it is on. */
const STARTS: ReadonlySet<string> = new Set<StepName>([
  'boot-ramdisk',
  'boot-disk',
  'boot-instance',
  'restart',
]);

export function stepsFor(
  { disable_power_off }: Pick<NodeRecord, 'disable_power_off'>,
  steps: readonly JobStep[],
): readonly JobStep[] {
  return disable_power_off ? withoutPowerOff(steps) : steps;
}

/**
 * Where others go off and on, such a node restarts; where others go off for good, it restarts too, so that what ran on
 * it ends (as Ironic has it). What starts the machine anyway needs nothing before it.
 */
function withoutPowerOff(steps: readonly JobStep[]): readonly JobStep[] {
  const going = steps.map((step, index): JobStep | null => {
    const before = steps[index - 1];
    if (OFF_STEPS.has(step.name)) return null;
    if (step.name !== 'power-on' || before === undefined || !OFF_STEPS.has(before.name)) return step;
    return { name: 'restart', args: { ...step.args, gentle: before.name === 'soft-power-off' } };
  });
  const left = going.filter((step) => step !== null);
  const lastOff = going.lastIndexOf(null);
  const starts = going.slice(lastOff + 1).some((step) => step !== null && STARTS.has(step.name));
  return lastOff < 0 || starts ? left : [...left, { name: 'restart', args: {} }];
}

/** In Ironic's words (ironic/common/exception.py, PowerStateFailure). Throws `conflict`. */
export function refusePowerOff(
  node: Pick<NodeRecord, 'uuid' | 'name' | 'disable_power_off'>,
  target: PowerTarget,
): void {
  if (!node.disable_power_off || (target !== 'power off' && target !== 'soft power off')) return;
  throw new IngotError('conflict', `Failed to set node power state to ${target}.`, {
    hint: `Node ${node.name ?? node.uuid} has disable_power_off: ask for a reboot, or first: ingot node set ${node.name ?? node.uuid} disable_power_off=false`,
  });
}
