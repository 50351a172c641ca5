/** Gathers from the store what `explainWhy` needs. */
import type { Clock } from '../../clock.ts';
import type { BootTimes } from '../../config/timeouts.ts';
import type { JsonObject } from '../../json.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Store } from '../../store/store.ts';
import { bootEventsOf } from '../booting/boot-events.ts';
import type { StepTimes } from '../engine/engine.ts';
import type { WhyFacts } from './why.ts';

/** Progress and heartbeats stand between the events that matter. */
const MOST_RECENT_EVENTS = 200;

export type WhySource = {
  readonly store: Store;
  readonly clock: Clock;
  readonly does: (step: string) => string;
  readonly bootProblem: (node: NodeRecord) => string | null;
  readonly bootWarnings: () => readonly string[];
  readonly bootTimes: BootTimes;
  readonly timesOf: (job: JobRecord) => StepTimes | null;
};

export async function gatherWhyFacts(
  { store, clock, does, bootProblem, bootWarnings, bootTimes, timesOf }: WhySource,
  node: NodeRecord,
  job: JobRecord | null,
): Promise<WhyFacts> {
  const bootEvents = await bootEventsOf(store, node);
  const recent = await store.events.list({ node_uuid: node.uuid, order: 'desc', limit: MOST_RECENT_EVENTS });
  const failure = recent.find((event) => event.kind === 'job.failed' && event.data.job === job?.id);
  const hint = failure?.data.hint;
  const retry = recent.find((event) => event.kind === 'job.step_retry' && event.data.job === job?.id)?.data;
  const logs = recent.find((event) => event.kind === 'agent.logs' && event.data.job === job?.id)?.data.logs;
  return {
    node,
    job,
    bootEvents,
    lastEvent: recent.find((event) => event.severity !== 'debug') ?? null,
    failureHint: typeof hint === 'string' ? hint : null,
    retryHint: retry === undefined ? null : hintOfRetry(retry),
    now: clock.now(),
    times: job === null ? null : timesOf(job),
    does,
    bootProblem: bootProblem(node),
    bootWarnings: bootWarnings(),
    bootTimes,
    logs: typeof logs === 'string' ? logs : null,
  };
}

/** None where nobody answered: what there is to check then, `why-steps.ts` knows. */
function hintOfRetry({ code, hint }: JsonObject): string | null {
  return code !== 'bmc_unreachable' && typeof hint === 'string' && hint !== '' ? hint : null;
}
