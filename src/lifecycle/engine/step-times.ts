/** When a step begins, when its time is up, and what a start of the daemon changes in that. */
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

/** Milliseconds that the step may take. */
export function limitOf(
  tools: Pick<JobTools, 'timeouts'>,
  definition: StepDefinition,
  { job, node }: JobOnNode,
): number {
  if (definition.limit === 'never') return NEVER_MS;
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
