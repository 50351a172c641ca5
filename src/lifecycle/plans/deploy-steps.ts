/**
 * The steps of a deployment by priority, as Ironic orders them: ingot's own under Ironic's names, those that an
 * operator names with the verb, those of the deploy templates that the instance's traits choose. Pure.
 */
import { IngotError } from '../../errors.ts';
import { isArray } from '../../json.ts';
import type { JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { DeployStep } from '../../store/records/step-list.ts';
import { isReserved, reservedSteps } from './asked-steps.ts';
import { type CoreStep, type DeployFrame, frameOf } from './deploy-frames.ts';

type Deployable = Pick<NodeRecord, 'driver' | 'interfaces'>;

/** The ramdisk runs from here … (both exclusive: the steps at the bounds start it and switch it off). */
export const RAMDISK_STARTS = 100;
export const RAMDISK_ENDS = 40;

/** Of two steps of one priority the interface with the higher number goes first (ironic/conductor/steps.py). */
const INTERFACE_RANKS: Readonly<Record<string, number>> = {
  vendor: 7,
  power: 6,
  management: 5,
  firmware: 4,
  deploy: 3,
  bios: 2,
  raid: 1,
};
export const DEPLOY_STEP_INTERFACES: readonly string[] = Object.keys(INTERFACE_RANKS);

/** Highest priority first; steps that are switched off (priority 0) are left out. */
export function inOrder<T extends Pick<DeployStep, 'interface' | 'priority'>>(
  steps: readonly T[],
): readonly T[] {
  const rank = (step: T): number => INTERFACE_RANKS[step.interface] ?? 0;
  return steps
    .filter(({ priority }) => priority > 0)
    .sort((a, b) => b.priority - a.priority || rank(b) - rank(a));
}

export function isSameStep(a: StepTitle, b: StepTitle): boolean {
  return a.interface === b.interface && a.step === b.step;
}
type StepTitle = Pick<DeployStep, 'interface' | 'step'>;

/** What the operator named goes before a template's step of the same name. Throws `invalid_input` for doubles. */
export function withTemplates(
  asked: readonly DeployStep[],
  templates: readonly { readonly name: string; readonly steps: readonly DeployStep[] }[],
): readonly DeployStep[] {
  refuseDoubles(asked, 'deploy_steps cannot name a step twice.');
  const ofTemplates = templates.flatMap(({ steps }) => steps);
  const names = templates.map(({ name }) => name).join(',');
  refuseDoubles(
    ofTemplates,
    `Validation of deploy steps from deploy templates matching this node's instance traits failed. Matching deploy ` +
      `templates: ${names}. Errors: deploy steps from all deploy templates matching this node's instance traits ` +
      `cannot have the same interface and step.`,
  );
  return [...asked, ...ofTemplates.filter((step) => !asked.some((one) => isSameStep(one, step)))];
}

function refuseDoubles(steps: readonly DeployStep[], problem: string): void {
  const doubles = steps.filter((step, index) => steps.findIndex((one) => isSameStep(one, step)) !== index);
  if (doubles.length === 0) return;
  const hint = `Twice there: ${[...new Set(doubles.map(titleOf))].join(', ')}.`;
  throw new IngotError('invalid_input', problem, { hint });
}

/**
 * The job's steps. What the ramdisk shall do stands in the arguments of `plan-deployment`, which asks the agent
 * first. Throws `invalid_input` for steps that nobody can do, or not at their priority.
 */
export function deploymentSteps(node: Deployable, asked: readonly DeployStep[]): readonly JobStep[] {
  const frame = frameOf(node);
  for (const step of asked) {
    refuseMisplaced(frame, step);
    // A reserved step with arguments that it cannot take is refused now, not when its turn comes.
    jobsOf(frame, step);
  }
  const core = frame.core.map((own) => asked.find((one) => isSameStep(one, own)) ?? asStep(own));
  const others = asked.filter((step) => coreOf(frame, step) === null);
  const all = [...core, ...others];
  const inRamdisk = all.filter((step) => frame.agent && isInRamdisk(frame, step));
  const around = inOrder(all.filter((step) => !inRamdisk.includes(step)));
  const jobs = around.flatMap((step): readonly JobStep[] => {
    const own = jobsOf(frame, step);
    return frame.agent && step.step === 'deploy' && step.interface === 'deploy'
      ? [...own, { name: 'plan-deployment', args: { steps: inRamdisk.map((one) => ({ ...one })) } }]
      : own;
  });
  const needsImage = inRamdisk.some(({ step, priority }) => step === 'write_image' && priority > 0);
  const first = frame.first.filter((name) => name !== 'prepare-image' || needsImage);
  const boots = around.some(({ step }) => step === 'boot_instance');
  const last = boots ? [] : frame.unbooted;
  return [...first.map(plain), ...jobs, ...last.map(plain)];
}

const plain = (name: string): JobStep => ({ name, args: {} });

function asStep({ interface: kind, step, priority }: CoreStep): DeployStep {
  return { interface: kind, step, args: {}, priority };
}

/** The steps of the job that a step asks for, when it is ingot's own or a reserved one; else none. */
export function jobsOf(frame: DeployFrame, step: DeployStep): readonly JobStep[] {
  if (isReserved(step.step)) return reservedSteps(step.step, step.args);
  const { interface: kind, step: name, args, priority } = step;
  const shown = { interface: kind, step: name, args, priority };
  return (coreOf(frame, step)?.jobs ?? []).map((job) => ({ name: job, args: { step: shown } }));
}

export function coreOf(frame: DeployFrame, step: StepTitle): CoreStep | null {
  return frame.core.find((one) => isSameStep(one, step)) ?? null;
}

/** Where a step that is switched off would be matters to the agent's own ones only. */
function isInRamdisk(frame: DeployFrame, step: DeployStep): boolean {
  const place = coreOf(frame, step)?.place;
  if (place !== undefined) return place === 'ramdisk';
  return step.priority === 0 || (step.priority < RAMDISK_STARTS && step.priority > RAMDISK_ENDS);
}

function refuseMisplaced(frame: DeployFrame, step: DeployStep): void {
  const { priority } = step;
  const core = coreOf(frame, step);
  const named = `deploy step ${step.step} on interface ${step.interface}`;
  if (core?.place === 'frame') {
    throw refusal(
      `${named} is a core step and cannot be overridden by user steps`,
      'Leave it out: ingot does it at its time.',
    );
  }
  if (core !== null && Object.keys(step.args).length > 0) {
    const names = Object.keys(step.args).join(', ');
    throw refusal(`${named} has these unexpected arguments: ${names}`, 'It takes none.');
  }
  if (priority === 0) return;
  if (core?.place === 'after') {
    if (priority < RAMDISK_ENDS) return;
    throw refusal(
      `${named} can only follow the ramdisk`,
      `Give it a priority below ${RAMDISK_ENDS}, or 0 to leave it out.`,
    );
  }
  if (step.step === 'hold' || step.step === 'wait') return;
  if (!frame.agent) throw refusal(`node does not support this deploy step: ${titleOf(step)}`, frame.without);
  if (priority < RAMDISK_STARTS && priority > RAMDISK_ENDS) return;
  throw refusal(
    `${named} has the priority ${priority}, when no ramdisk runs that could do it`,
    `Give it a priority from ${RAMDISK_ENDS + 1} to ${RAMDISK_STARTS - 1}.`,
  );
}

export function titleOf({ interface: kind, step }: StepTitle): string {
  return `${kind}.${step}`;
}

function refusal(problem: string, hint: string): IngotError {
  return new IngotError('invalid_input', `Validation of deploy steps failed: ${problem}.`, { hint });
}

/**
 * The traits by which the instance chooses deploy templates (`instance_info.traits`). Throws `invalid_input` for
 * what is no list of names, and for names that the node does not have.
 */
export function instanceTraits(
  node: Pick<NodeRecord, 'uuid' | 'instance_info' | 'traits'>,
): readonly string[] {
  const { traits = null } = node.instance_info;
  if (traits === null) return [];
  const names = isArray(traits) && traits.every((one) => typeof one === 'string') ? traits : null;
  if (names === null) {
    throw new IngotError(
      'invalid_input',
      `Error parsing traits from Node ${node.uuid} instance_info field. A list of strings is expected.`,
      { hint: 'Write a JSON list, such as ["CUSTOM_RAID10"], or leave traits out.' },
    );
  }
  const missing = names.filter((name) => !node.traits.includes(name));
  if (missing.length === 0) return names;
  throw new IngotError(
    'invalid_input',
    `Cannot specify instance traits that are not also set on the node. Node ${node.uuid} is missing traits ${missing.join(', ')}`,
    { hint: 'Add them to the node (`baremetal node add trait`), or take them out of instance_info.' },
  );
}
