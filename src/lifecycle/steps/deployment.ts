/** What the ramdisk does in a deployment: the steps by priority, ingot's own and the agent's. */
import { z } from 'zod';
import type { JobStep } from '../../store/records/job.ts';
import type { DeployStep } from '../../store/records/step-list.ts';
import type { AgentStep, StepOffer } from '../agents/agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { jsonObjectOf } from '../json.ts';
import { isReserved } from '../plans/asked-steps.ts';
import { type DeployFrame, frameOf } from '../plans/deploy-frames.ts';
import {
  coreOf,
  inOrder,
  isSameStep,
  jobsOf,
  RAMDISK_ENDS,
  RAMDISK_STARTS,
  titleOf,
} from '../plans/deploy-steps.ts';
import { askForSteps, runInBand } from './in-band.ts';

const wantedSteps = z.array(
  z.object({
    interface: z.string(),
    step: z.string(),
    args: z.record(z.string(), z.unknown()).transform(jsonObjectOf),
    priority: z.number(),
  }),
);

/** Asks the agent what it offers and puts the steps in order. Nothing is begun of a list that cannot be ended. */
export function planDeploymentStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the agent for its deploy steps',
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      const frame = frameOf(context.node());
      const wanted = wantedSteps.parse(context.args.steps);
      const offer = await askForSteps(context, deps, 'deploy');
      const ofAgent = wanted.filter((step) => coreOf(frame, step) === null && !isReserved(step.step));
      const problems = ofAgent.flatMap((step) => problemOf(step, offer));
      if (problems.length > 0) {
        return {
          kind: 'failed',
          because: `Validation of deploy steps failed: ${problems.join('; ')}.`,
          hint: `The agent offers: ${offer.steps.map(titleOf).sort().join(', ') || 'none'}.`,
        };
      }
      const steps = inOrder([...wanted, ...enabled(offer, wanted, frame)]);
      return {
        kind: 'done',
        note: `Deploy steps in the ramdisk: ${steps.map(titleOf).join(', ') || 'none'}.`,
        insert: steps.flatMap((step) => jobsFor(step, frame, offer)),
      };
    },
  };
}

/** The agent's steps that run unless somebody says otherwise. */
function enabled(
  { steps }: StepOffer,
  wanted: readonly DeployStep[],
  frame: DeployFrame,
): readonly DeployStep[] {
  return steps
    .filter(({ priority }) => priority < RAMDISK_STARTS && priority > RAMDISK_ENDS)
    .filter((step) => coreOf(frame, step) === null && !wanted.some((one) => isSameStep(one, step)))
    .map(({ interface: kind, step, priority }) => ({ interface: kind, step, priority, args: {} }));
}

function jobsFor(step: DeployStep, frame: DeployFrame, offer: StepOffer): readonly JobStep[] {
  if (coreOf(frame, step) !== null || isReserved(step.step)) return jobsOf(frame, step);
  const abortable = offer.steps.find((one) => isSameStep(one, step))?.abortable === true;
  return [{ name: 'deploy-step', args: { step: { ...step, abortable }, deploy_version: offer.version } }];
}

/** In Ironic's words (ironic/conductor/steps.py); the values of arguments may be secret and are not told. */
function problemOf(step: DeployStep, offer: StepOffer): readonly string[] {
  const title = titleOf(step);
  const offered = offer.steps.find((one) => isSameStep(one, step));
  if (offered === undefined) return [`node does not support this deploy step: ${title}`];
  const info = offered.argsinfo;
  if (info === null) return [];
  return [...unexpected(title, step, info), ...(step.priority > 0 ? missing(title, step, info) : [])];
}

type ArgsInfo = NonNullable<AgentStep['argsinfo']>;

function unexpected(title: string, { args }: DeployStep, info: ArgsInfo): readonly string[] {
  const names = Object.keys(args).filter((name) => !Object.hasOwn(info, name));
  return names.length === 0
    ? []
    : [`deploy step ${title} has these unexpected arguments: ${names.join(', ')}`];
}

function missing(title: string, { args }: DeployStep, info: ArgsInfo): readonly string[] {
  const needed = Object.entries(info).filter(([, { required }]) => required);
  const names = needed.map(([name]) => name).filter((name) => !Object.hasOwn(args, name));
  return names.length === 0
    ? []
    : [`deploy step ${title} is missing these required arguments: ${names.join(', ')}`];
}

export function deployStep(deps: StepDeps): StepDefinition {
  return {
    does: 'deploying',
    place: 'parked',
    limit: 'command_s',
    run: (context) => runInBand(context, deps, 'deploy'),
  };
}
