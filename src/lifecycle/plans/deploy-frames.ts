/** What each deploy interface does by itself, as data: Ironic's names and priorities, and ingot's steps for them. */
import type { NodeRecord } from '../../store/records/node.ts';
import { interfaceOf } from '../interfaces.ts';
import type { StepName } from '../steps/catalog.ts';

export type CoreStep = {
  readonly interface: 'deploy';
  /** Ironic's name (ironic/drivers/modules/agent.py, agent_base.py). */
  readonly step: string;
  readonly priority: number;
  readonly jobs: readonly StepName[];
  /**
   * `frame`: stays where it is. `ramdisk`: may be put elsewhere in the ramdisk's time, or left out (priority 0).
   * `after`: follows the ramdisk, or is left out.
   */
  readonly place: 'frame' | 'ramdisk' | 'after';
};

export type DeployFrame = {
  /** Before all steps that have a priority. */
  readonly first: readonly StepName[];
  readonly core: readonly CoreStep[];
  /** What ends a deployment that leaves `boot_instance` out. */
  readonly unbooted: readonly StepName[];
  /** Whether a ramdisk runs whose agent takes further steps. */
  readonly agent: boolean;
  /** Why there are no further steps. */
  readonly without: string;
};

const core = (
  step: string,
  priority: number,
  place: CoreStep['place'],
  jobs: readonly StepName[],
): CoreStep => ({ interface: 'deploy', step, priority, place, jobs });

const START = core('deploy', 100, 'frame', ['power-off', 'boot-ramdisk', 'wait-agent']);
const ENDING: readonly CoreStep[] = [
  core('tear_down_agent', 40, 'frame', ['agent-power-off']),
  // There is one network only, for the ramdisk and for the system: nothing is switched.
  core('switch_to_tenant_network', 30, 'after', []),
  core('boot_instance', 20, 'after', ['boot-disk']),
];

const DIRECT: DeployFrame = {
  first: ['prepare-image', 'allocate-addresses'],
  core: [
    START,
    core('write_image', 80, 'ramdisk', ['write-image']),
    core('prepare_instance_boot', 60, 'ramdisk', ['install-bootloader']),
    ...ENDING,
  ],
  // The machine must not find the ramdisk again when somebody switches it on.
  unbooted: ['leave-ramdisk'],
  agent: true,
  without: '',
};

/** No image is written: what is to be on the disk is the business of the operator's steps. */
const CUSTOM_AGENT: DeployFrame = {
  ...DIRECT,
  first: ['allocate-addresses'],
  core: [START, core('prepare_instance_boot', 60, 'ramdisk', []), ...ENDING],
};

/** The machine has its system from the network, at each boot. */
const RAMDISK: DeployFrame = {
  first: ['allocate-addresses'],
  core: [core('deploy', 100, 'frame', ['power-off', 'boot-instance'])],
  unbooted: [],
  agent: false,
  without: 'Its deploy_interface is ramdisk, which starts no agent: it has hold and wait only.',
};

const FAKE: DeployFrame = {
  first: [],
  core: [core('deploy', 100, 'frame', ['pretend-boot'])],
  unbooted: [],
  agent: false,
  without: 'Its deploy_interface is fake, which has hold and wait only.',
};

/** By deploy interface. */
export const DEPLOY_FRAMES: Readonly<Record<string, DeployFrame>> = {
  direct: DIRECT,
  'custom-agent': CUSTOM_AGENT,
  ramdisk: RAMDISK,
  fake: FAKE,
};

export function frameOf(node: Pick<NodeRecord, 'driver' | 'interfaces'>): DeployFrame {
  return DEPLOY_FRAMES[interfaceOf(node, 'deploy')] ?? DIRECT;
}
