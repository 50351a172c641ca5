/**
 * Parent and child nodes (`parent_node`: a blade of a chassis, a DPU of a server): whose power needs whose. A child
 * runs on its parent's power, unless its `driver_info.has_dedicated_power_supply` says otherwise. Pure.
 */
import { IngotError } from '../errors.ts';
import type { JobRecord, JobStep } from '../store/records/job.ts';
import type { NodeRecord } from '../store/records/node.ts';
import { waitForJob } from './graph/verbs.ts';
import { OFF_STEPS } from './plans/never-off.ts';
import type { StepName } from './steps/catalog.ts';

type Kin = Pick<NodeRecord, 'parent_node' | 'driver_info'>;

/** Whether the node goes off with its parent. */
export function needsParentsPower({ parent_node, driver_info }: Kin): boolean {
  const own = driver_info.has_dedicated_power_supply;
  return parent_node !== null && !(own === true || /^(true|yes|on|1)$/i.test(String(own)));
}

const ON: ReadonlySet<string> = new Set<StepName>(['power-on', 'boot-ramdisk', 'boot-disk', 'boot-instance']);

/**
 * The steps with what the kin needs: the parent is switched on before the node is, and the children are switched off
 * before it goes off. A reboot leaves the children alone, as in Ironic.
 */
export function withKin(
  node: Kin,
  steps: readonly JobStep[],
  { isParent }: { readonly isParent: boolean },
): readonly JobStep[] {
  const goesOff = ({ name }: JobStep, index: number): boolean =>
    OFF_STEPS.has(name) && steps[index + 1]?.name !== 'power-on';
  const firstOff = isParent ? steps.findIndex(goesOff) : -1;
  const firstOn = needsParentsPower(node) ? steps.findIndex(({ name }) => ON.has(name)) : -1;
  return steps.flatMap((step, index) => [
    ...(index === firstOff ? [childPower({ target: 'power off' })] : []),
    ...(index === firstOn ? [{ name: 'parent-power-on', args: {} }] : []),
    step,
  ]);
}

/** `only`: uuids of the children that are meant; absent: all that run on the node's power. */
export function childPower(args: {
  readonly target: 'power on' | 'power off' | 'rebooting';
  readonly only?: readonly string[];
}): JobStep {
  return { name: 'child-power', args };
}

/** In Ironic's words (ironic/common/exception.py, ParentNodeLocked and ChildNodeLocked). */
export function kinLocked(
  node: NodeRecord,
  kin: { readonly node: NodeRecord; readonly job: JobRecord },
): IngotError {
  const role = node.parent_node === kin.node.uuid ? 'parent_node' : 'child_node';
  return new IngotError(
    'conflict',
    `Node ${node.uuid} ${role} ${kin.node.uuid} is presently locked and we are unable to perform any action on it at ` +
      'this time. Please retry after the current operation is completed.',
    { hint: `The job "${kin.job.verb}" works on ${kin.node.name ?? kin.node.uuid}. ${waitForJob(kin.node)}` },
  );
}
