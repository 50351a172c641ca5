/** What a list of steps that an operator named needs besides the agent's own: a check beforehand, a hold, a pause. */
import type { JobStep, Json } from '../../store/records.ts';
import type { AgentStep, StepOffer } from '../agent-wire.ts';
import type { AskedKind } from '../asked-steps.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { STATES } from '../graph.ts';
import { askForSteps } from './in-band.ts';

/** Nothing is begun of a list that cannot be ended. */
export function checkAskedStepsStep(deps: StepDeps, kind: AskedKind): StepDefinition {
  return {
    does: `asking the agent for its ${kind} steps`,
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      const asked = context.job.steps.filter((one) => one.name === `${kind}-step`).map(titleOf);
      if (asked.length === 0) return { kind: 'done', note: 'No step needs the agent.' };
      return verdict(kind, asked, await askForSteps(context, deps, kind));
    },
  };
}

function verdict(kind: AskedKind, asked: readonly string[], offer: StepOffer): StepOutcome {
  const offered = new Set(offer.steps.map(titleOfStep));
  const missing = asked.filter((title) => !offered.has(title));
  if (missing.length === 0) return { kind: 'done', note: `The agent has the ${kind} steps asked for.` };
  return {
    kind: 'failed',
    because: `The agent has no ${kind} step ${missing.join(', ')}.`,
    hint: `It offers: ${[...offered].sort().join(', ') || 'none'}.`,
  };
}

const titleOf = ({ args: { step = null } }: JobStep): string => titleOfStep(step);

/** `deploy.erase_devices`, for sentences and comparison. */
function titleOfStep(step: Json | AgentStep): string {
  if (typeof step !== 'object' || step === null || !('interface' in step) || !('step' in step)) return '?';
  return `${String(step.interface)}.${String(step.step)}`;
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
