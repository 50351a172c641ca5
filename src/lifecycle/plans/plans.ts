/** Which steps a verb takes, and how its job ends. Pure data, but for what a node's own settings leave out. */
import type { JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { DeployStep } from '../../store/records/step-list.ts';
import { type PowerTarget, type ProvisionState, VERBS } from '../../store/words.ts';
import type { Ending, JobOnNode } from '../engine/advance.ts';
import type { GraphEvent } from '../graph/graph-edges.ts';
import { VERB_FACTS } from '../graph/verbs.ts';
import { interfaceOf, isFake, workerOf } from '../interfaces.ts';
import type { StepName } from '../steps/catalog.ts';
import { type AskedKind, type AskedStep, stepsAskedFor } from './asked-steps.ts';
import { deploymentSteps } from './deploy-steps.ts';
import { refuseUnknownFakeSteps } from './fake-steps.ts';

type CleaningPolicy = { readonly automatedClean: boolean };

export type PlanContext = {
  readonly node: Pick<NodeRecord, 'uuid' | 'automated_clean' | 'driver' | 'interfaces'>;
  readonly site: CleaningPolicy;
  /** Named by the operator, for the verbs that take some. */
  readonly asked: readonly AskedStep[];
  /** Of the deployment, besides those that its deploy interface has; absent: none. */
  readonly deploySteps?: readonly DeployStep[];
  /** The steps named are done without starting the ramdisk; absent: false. */
  readonly withoutRamdisk?: boolean;
};

type Plan = {
  /** Throws `invalid_input` for steps that cannot be asked for. */
  readonly steps: (context: PlanContext) => readonly (StepName | JobStep)[];
  /** The edge at the end of the last step. */
  readonly end: GraphEvent;
  readonly afterFailure: readonly StepName[];
  /** After an abort, to give the machine back as it was; absent: as after a failure. */
  readonly afterAbort?: (at: JobOnNode) => readonly StepName[];
  /** Where the node is heading, if elsewhere than the graph's state says. */
  readonly target?: ProvisionState;
};

const CLEANING: readonly StepName[] = ['boot-ramdisk', 'wait-agent', 'plan-cleaning', 'leave-ramdisk'];
const INTO_RAMDISK: readonly StepName[] = ['power-off', 'boot-ramdisk', 'wait-agent'];
/** For a node whose disk is in use, and shall be as its system left it. */
const GENTLY_OFF: readonly StepName[] = ['shut-down', 'power-off'];
const GENTLY_INTO_RAMDISK: readonly StepName[] = ['shut-down', ...INTO_RAMDISK];

/** What failed in the ramdisk is asked for before its machine is switched off. */
const LEAVE_WITH_LOGS: readonly StepName[] = ['collect-logs', 'leave-ramdisk'];

const BY_AGENT: readonly StepName[] = [
  ...(['find-ports', 'power-off', 'boot-ramdisk', 'collect-inventory', 'record-inventory'] as const),
  ...(['inspection-rules', 'leave-ramdisk'] as const),
];
/** By inspect interface; any other is by the agent. */
const INSPECTION: Readonly<Record<string, readonly StepName[]>> = {
  fake: ['pretend-inspection'],
  redfish: ['bmc-inventory', 'record-inventory', 'inspection-rules'],
};

const DEPLOYMENT: Plan = {
  steps: ({ node, deploySteps = [] }) => deploymentSteps(node, deploySteps),
  end: 'done',
  afterFailure: LEAVE_WITH_LOGS,
};

/** Automated cleaning, as far as the node is cleaned at all; `first` is what the machine needs before it. */
function cleaning({ node, site }: PlanContext, first: readonly StepName[] = []): readonly StepName[] {
  if (!(node.automated_clean ?? site.automatedClean)) return [];
  return isFake(node, 'deploy') ? ['pretend'] : [...first, ...CLEANING];
}

/** What a fake interface does with steps: only those that are for the operator's sake, or done to other nodes. */
const NEVER_PRETENDED: ReadonlySet<string> = new Set<StepName>(['hold', 'pause', 'child-power']);

/** The steps that an operator names, between the way into the ramdisk and the way out of it. */
function byHand(
  kind: AskedKind,
  { node, asked, withoutRamdisk = false }: PlanContext,
  out: readonly StepName[],
): readonly (StepName | JobStep)[] {
  const steps = stepsAskedFor(kind, asked, { withoutRamdisk });
  if (isFake(node, 'deploy')) {
    refuseUnknownFakeSteps(node, kind, asked);
    return ['pretend', ...steps.filter(({ name }) => NEVER_PRETENDED.has(name))];
  }
  const into = kind === 'service' ? GENTLY_INTO_RAMDISK : INTO_RAMDISK;
  return withoutRamdisk ? steps : [...into, ...steps, ...out];
}

/** How the node's own system is started. */
function bootStepOf(node: PlanContext['node']): StepName {
  return interfaceOf(node, 'deploy') === 'ramdisk' ? 'boot-instance' : 'boot-disk';
}

/** What gives a machine its own system back, of which a service has taken it away; none where it has not. */
export function ownSystemSteps({ job, node }: JobOnNode): readonly StepName[] {
  const begun = job.steps.slice(0, job.cursor + 1);
  const began = begun.some(({ name }) => name === 'shut-down' || name === 'boot-ramdisk');
  return began ? ['leave-ramdisk', bootStepOf(node)] : [];
}

/** By the event that begins the work. Events without a plan need no work: the node just moves. */
export const PLANS: Readonly<Partial<Record<GraphEvent, Plan>>> = {
  manage: { steps: () => ['verify'], end: 'done', afterFailure: [] },
  inspect: {
    steps: ({ node }) => INSPECTION[workerOf(node, 'inspect')] ?? BY_AGENT,
    end: 'done',
    afterFailure: LEAVE_WITH_LOGS,
  },
  provide: {
    steps: (context) => cleaning(context, ['power-off']),
    end: 'done',
    afterFailure: LEAVE_WITH_LOGS,
  },
  deploy: DEPLOYMENT,
  rebuild: DEPLOYMENT,
  delete: {
    steps: (context) => ['power-off', 'release-instance', ...cleaning(context)],
    end: 'done',
    afterFailure: LEAVE_WITH_LOGS,
  },
  clean: {
    steps: (context) => byHand('clean', context, ['leave-ramdisk']),
    end: 'manage',
    afterFailure: LEAVE_WITH_LOGS,
    target: 'manageable',
  },
  adopt: { steps: () => ['verify', 'adopt'], end: 'done', afterFailure: [] },
  service: {
    steps: (context) => byHand('service', context, ['leave-ramdisk', bootStepOf(context.node)]),
    end: 'done',
    afterFailure: LEAVE_WITH_LOGS,
    afterAbort: (at) => ['collect-logs', ...ownSystemSteps(at)],
  },
  rescue: {
    steps: ({ node }) =>
      isFake(node, 'rescue')
        ? ['pretend', 'forget-rescue-password']
        : [...GENTLY_INTO_RAMDISK, 'finalize-rescue'],
    end: 'done',
    afterFailure: ['forget-rescue-password', ...LEAVE_WITH_LOGS],
  },
  unrescue: {
    steps: ({ node }) => (isFake(node, 'rescue') ? ['pretend'] : [...GENTLY_OFF, bootStepOf(node)]),
    end: 'done',
    afterFailure: [],
  },
};

/** The `verb` of jobs that only switch power. */
export const POWER_VERB = 'power';

export const POWER_STEPS: Readonly<Record<PowerTarget, readonly StepName[]>> = {
  'power on': ['power-on'],
  'power off': ['power-off'],
  'soft power off': ['soft-power-off'],
  rebooting: ['power-off', 'power-on'],
  'soft rebooting': ['soft-power-off', 'power-on'],
};

export function jobSteps(steps: readonly (StepName | JobStep)[]): readonly JobStep[] {
  return steps.map((step) => (typeof step === 'string' ? { name: step, args: {} } : step));
}

/** How the job of a verb (or of a power request) ends. */
export function endingOf(verb: string): Ending {
  const known = VERBS.find((one) => one === verb);
  const plan = known === undefined ? undefined : PLANS[VERB_FACTS[known].event];
  if (plan === undefined) return { end: null, afterFailure: [], afterAbort: () => [], givesBack: false };
  const { end, afterAbort } = plan;
  return {
    end,
    afterFailure: jobSteps(plan.afterFailure),
    afterAbort: (at) => jobSteps(afterAbort?.(at) ?? plan.afterFailure),
    givesBack: afterAbort !== undefined,
  };
}
