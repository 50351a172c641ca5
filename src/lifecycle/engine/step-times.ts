/** When a step begins, when its time is up, and what a start of the daemon changes in that. */
import type { JobRecord } from '../../store/records/job.ts';
import type { JobPatch } from '../../store/store.ts';
import { STATES, type TimeLimit } from '../graph/graph.ts';
import type { JobOnNode } from './advance.ts';
import type { Begun } from './commit.ts';
import { NEVER_MS } from './never.ts';
import type { JobTools, StepAtWork } from './run-job.ts';
import type { StepDefinition, StepOutcome } from './step.ts';

/** What was due while ingot was down, or soon after, has this much longer: the agents need time to find us again. */
const RESTART_GRACE_MS = 300_000;

/** The times of a step that begins now. */
export function beginsNow(tools: JobTools, definition: StepDefinition, at: JobOnNode): Begun {
  const now = tools.clock.now();
  const timestamp = (ms: number): string => new Date(ms).toISOString();
  return { step_started_at: timestamp(now), deadline: timestamp(now + limitOf(tools, definition, at)) };
}

/** Of the step after this one, when it needs no slot of its own: so each step costs one transaction, not two. */
export function nextBegins({ tools, mayGoOn }: StepAtWork): (standing: JobOnNode) => Begun | null {
  return (standing) => {
    const next = tools.steps[standing.job.steps[standing.job.cursor]?.name ?? ''];
    const atOnce = mayGoOn && next !== undefined && next.slot === undefined && next.limit !== 'never';
    return atOnce ? beginsNow(tools, next, standing) : null;
  };
}

/** The scratch of a step whose agent is at work: when it was last heard (ISO 8601), as far as that is written down. */
const HEARD = 'heard_at';

/** From when the step's time counts: its begin, or when the agent that does the work was last heard. */
export function countsFrom({ step_started_at, scratch }: JobRecord): number {
  const heard = scratch[HEARD];
  return Date.parse(typeof heard === 'string' ? heard : step_started_at);
}

/** Milliseconds that the step may take, or its agent may be silent. */
export function limitOf(
  tools: Pick<JobTools, 'timeouts'>,
  definition: StepDefinition,
  { job, node }: JobOnNode,
): number {
  if (definition.limit === 'never') return NEVER_MS;
  if (job.scratch[HEARD] !== undefined) return tools.timeouts.callback_s * 1000;
  const asked = definition.askedLimitS?.(job.steps[job.cursor]?.args ?? {}) ?? null;
  if (asked !== null) return asked * 1000;
  const state = STATES[node.provision_state];
  const ofState: TimeLimit = state.kind === 'auto' || state.kind === 'wait' ? state.limit : 'power_s';
  return tools.timeouts[definition.limit ?? ofState] * 1000;
}

/**
 * When a step of `limitMs` that an earlier life of the daemon has begun fails, seen from a start at `now` (all in
 * milliseconds, moments since the epoch). It is put off for what may have been missed: once, so that a daemon that is
 * started again and again keeps no step alive, and again only where it passed while ingot was down. A wall clock that
 * was set back meanwhile makes no step longer than its limit. Pure.
 */
export function deadlineAfterStart(
  { deadline, begun }: { readonly deadline: number; readonly begun: number },
  { now, limitMs }: { readonly now: number; readonly limitMs: number },
): number {
  const putOff = now + Math.min(RESTART_GRACE_MS, limitMs);
  const wasPutOff = deadline - begun > limitMs;
  if (deadline <= now || (!wasPutOff && deadline < putOff)) return putOff;
  return Math.min(deadline, now + limitMs);
}

/** Milliseconds on `Clock.elapsed`. */
export function deadlineOf({ tools, definition, reach }: StepAtWork, at: JobOnNode): number {
  const limit = limitOf(tools, definition, at);
  const { deadline } = at.job;
  return deadline === null ? tools.clock.elapsed() + limit : reach.deadline(deadline, limit);
}

/** The end of the agent's silence, in ms on `Clock.elapsed`, and what is to be written down of it. */
export type SilenceEnd = { readonly end: number; readonly patch: JobPatch | null };

/**
 * Null for a wait of another kind. What comes often is written seldom: when the stored moment is off by a tenth. A
 * silence that began before this start of the daemon is judged after the grace; `deadline` holds what a start put off.
 */
export function endOfSilence(
  { tools, definition }: StepAtWork,
  { job }: JobOnNode,
  { outcome, deadline }: { readonly outcome: StepOutcome; readonly deadline: number },
): SilenceEnd | null {
  if (outcome.kind !== 'wait' || outcome.silentMs === undefined || definition.limit === 'never') return null;
  const { clock, timeouts } = tools;
  const limitMs = timeouts.callback_s * 1000;
  const heard = clock.elapsed() - outcome.silentMs;
  const isFirst = job.scratch[HEARD] === undefined;
  const grace = heard < tools.startedAt() ? tools.startedAt() + Math.min(RESTART_GRACE_MS, limitMs) : heard;
  const end = Math.max(heard + limitMs, isFirst ? grace : deadline);
  if (!isFirst && end - deadline < limitMs / 10) return { end, patch: null };
  const timestamp = (elapsed: number): string =>
    new Date(clock.now() + elapsed - clock.elapsed()).toISOString();
  const scratch = { ...job.scratch, [HEARD]: timestamp(heard) };
  return { end, patch: { scratch, deadline: timestamp(end) } };
}

/** Milliseconds on `Clock.elapsed`; infinite where the step sets no end of its own. */
export function endOfWait({ tools, reach }: StepAtWork, outcome: StepOutcome): number {
  if (outcome.kind !== 'wait' || outcome.within === undefined) return Number.POSITIVE_INFINITY;
  const { since, ms } = outcome.within;
  const began = tools.clock.elapsed() - reach.past.since(since);
  // What came while ingot was down was not seen: the whole of the grace, however short the wait. The step's own end
  // stands.
  const grace = began < tools.startedAt() ? RESTART_GRACE_MS : 0;
  return Math.max(began + ms, tools.startedAt() + grace);
}
