/** What a list of steps that an operator named needs besides the agent's own: a check beforehand, a hold, a pause. */
import type { JobStep } from '../../store/records/job.ts';
import type { StepOffer } from '../agents/agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { STATES } from '../graph/graph.ts';
import type { AskedKind } from '../plans/asked-steps.ts';
import { titleOf } from '../plans/deploy-steps.ts';
import { asInBandStep } from '../plans/in-band-steps.ts';
import { askForSteps } from './in-band.ts';

/** Nothing is begun of a list that cannot be ended. Which of the steps may be aborted is the agent's to say. */
export function checkAskedStepsStep(deps: StepDeps, kind: AskedKind): StepDefinition {
  return {
    does: `asking the agent for its ${kind} steps`,
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      const { steps, cursor } = context.job;
      const left = steps.slice(cursor + 1);
      if (!left.some(isInBand(kind))) return { kind: 'done', note: 'No step needs the agent.' };
      return verdict(kind, left, await askForSteps(context, deps, kind));
    },
  };
}

const isInBand =
  (kind: AskedKind) =>
  ({ name }: JobStep): boolean =>
    name === `${kind}-step`;

function verdict(kind: AskedKind, left: readonly JobStep[], offer: StepOffer): StepOutcome {
  const offered = new Map(offer.steps.map((one) => [titleOf(one), one]));
  const titles = left.filter(isInBand(kind)).map(titleOfJobStep);
  const missing = titles.filter((title) => !offered.has(title));
  if (missing.length === 0) {
    return {
      kind: 'done',
      note: `The agent has the ${kind} steps asked for.`,
      insert: left.map((one) => {
        const step = isInBand(kind)(one) ? asInBandStep(one.args.step) : null;
        if (step === null) return one;
        const abortable = offered.get(titleOf(step))?.abortable === true;
        return { ...one, args: { ...one.args, step: { ...step, abortable } } };
      }),
      without: () => true,
    };
  }
  return {
    kind: 'failed',
    because: `The agent has no ${kind} step ${missing.join(', ')}.`,
    hint: `It offers: ${[...offered.keys()].sort().join(', ') || 'none'}.`,
  };
}

function titleOfJobStep({ args }: JobStep): string {
  const step = asInBandStep(args.step);
  return step === null ? '?' : titleOf(step);
}

/** Until an operator says `unhold` (or `abort`). */
export function holdStep(): StepDefinition {
  return {
    does: 'holding the node',
    place: 'held',
    limit: 'never',
    run: async (context) =>
      STATES[context.node().provision_state].kind === 'hold'
        ? { kind: 'wait', for: 'an operator to say unhold', pollMs: 3_600_000 }
        : { kind: 'done', note: 'The hold is over.' },
  };
}

/** As long as the step’s `seconds` say. */
export function pauseStep(): StepDefinition {
  return {
    does: 'waiting as long as was asked for',
    place: 'parked',
    limit: 'never',
    run: pause,
  };
}

async function pause(context: StepContext): Promise<StepOutcome> {
  const { seconds = 0 } = context.args;
  const left = Number(seconds) * 1000 - context.since(Date.parse(context.job.step_started_at));
  if (left <= 0) return { kind: 'done', note: `${String(seconds)} seconds have passed.` };
  return { kind: 'wait', for: `${String(seconds)} seconds to pass`, pollMs: left };
}
