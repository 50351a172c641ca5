/**
 * Whether a machine can still be at work whose agent does not answer: the wire and its BMC tell that it went sooner
 * than the agent's silence does.
 */
import type { StepDeps } from '../deps.ts';
import type { StepContext } from '../engine/step.ts';
import { createBesides } from './ask-besides.ts';

/** An agent that is silent for less than this (ms) is busy, or between two connections. */
const DOUBT_MS = 60_000;
/** Off for less than this (ms) is a restart of the step's own, such as firmware that is taken over. */
const OFF_MS = 30_000;
/** For one look (ms): the step is called again soon. */
const LOOK_MS = 10_000;
const POWER = { what: 'its power state', mostMs: LOOK_MS } as const;
/** The scratch of a step: when its machine was first seen off (ms since the epoch); null: it was on again. */
const OFF_SINCE = 'off_since';

type Context = Pick<StepContext, 'node' | 'scratch' | 'save' | 'now' | 'since' | 'signal' | 'log'> & {
  readonly job: Pick<StepContext['job'], 'step_started_at'>;
};
type Tools = Pick<StepDeps, 'withBmc' | 'clock' | 'timeouts'> & {
  readonly store: Pick<StepDeps['store'], 'events'>;
};

type Gone = { readonly because: string; readonly hint: string };

const RESTARTED: Gone = {
  because: 'the machine started anew by itself while its agent was at work',
  hint: 'Look at its console and into the log of its BMC: its power, a watchdog or a panic may have reset it. Then ask for the verb again.',
};
const OFF: Gone = {
  because: 'the machine is off, and its agent was at work',
  hint: 'Look at its power supply and into the log of its BMC: who switched it off, or what failed? Then ask for the verb again.',
};

/** How the machine went, and what to do; null: it may still be at work. `silentMs`: of its agent. */
export async function goneMachine(context: Context, deps: Tools, silentMs: number): Promise<Gone | null> {
  const { job, node } = context;
  const anew = {
    node_uuid: node().uuid,
    kinds: ['boot.unasked'],
    since: job.step_started_at,
    limit: 1,
  } as const;
  if ((await deps.store.events.list(anew)).length > 0) return RESTARTED;
  return silentMs >= DOUBT_MS && (await isOff(context, deps)) ? OFF : null;
}

async function isOff(context: Context, deps: Tools): Promise<boolean> {
  const power = await createBesides(context, deps).ask(POWER, (bmc) => bmc.power());
  const { [OFF_SINCE]: since = null } = context.scratch();
  if (typeof since === 'number') {
    if (power === 'off') return context.since(since) >= OFF_MS;
    if (power !== undefined) await context.save({ [OFF_SINCE]: null });
  } else if (power === 'off') await context.save({ [OFF_SINCE]: context.now() });
  return false;
}
