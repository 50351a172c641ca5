/** Gathers from the store what `explainWhy` needs. */
import type { Clock } from '../clock.ts';
import type { EventRecord, JobRecord, NodeRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { BOOT_EVENT_KINDS } from './boot-stages.ts';
import type { StepTimes } from './engine/engine.ts';
import type { StepName } from './steps/catalog.ts';
import type { WhyFacts } from './why.ts';

/** A boot that loops leaves many events; its stages are among the newest of them. */
const MOST_BOOT_EVENTS = 1_000;
/** Progress and heartbeats stand between the events that matter. */
const MOST_RECENT_EVENTS = 200;
/** The step that begins every boot of the ramdisk. */
const BOOT_STEP: StepName = 'boot-ramdisk';

export type WhySource = {
  readonly store: Store;
  readonly clock: Clock;
  readonly does: (step: string) => string;
  readonly bootProblem: (node: NodeRecord) => string | null;
  readonly bootWarnings: () => readonly string[];
  readonly timesOf: (job: JobRecord) => StepTimes | null;
};

export async function gatherWhyFacts(
  { store, clock, does, bootProblem, bootWarnings, timesOf }: WhySource,
  node: NodeRecord,
  job: JobRecord | null,
): Promise<WhyFacts> {
  const bootEvents = await bootEventsOf(store, node);
  const recent = await store.events.list({ node_uuid: node.uuid, order: 'desc', limit: MOST_RECENT_EVENTS });
  const failure = recent.find((event) => event.kind === 'job.failed' && event.data.job === job?.id);
  const hint = failure?.data.hint;
  const logs = recent.find((event) => event.kind === 'agent.logs' && event.data.job === job?.id)?.data.logs;
  return {
    node,
    job,
    bootEvents,
    lastEvent: recent.find((event) => event.severity !== 'debug') ?? null,
    failureHint: typeof hint === 'string' ? hint : null,
    now: clock.now(),
    times: job === null ? null : timesOf(job),
    does,
    bootProblem: bootProblem(node),
    bootWarnings: bootWarnings(),
    logs: typeof logs === 'string' ? logs : null,
  };
}

/** What was seen since the node's last boot of the ramdisk began, oldest first. */
async function bootEventsOf(store: Store, node: NodeRecord): Promise<readonly EventRecord[]> {
  if (node.boot_started_at === null) return [];
  const ofNode = { node_uuid: node.uuid, order: 'desc' } as const;
  const started = await store.events.list({
    ...{ ...ofNode, kinds: ['job.step_started'], limit: MOST_RECENT_EVENTS },
  });
  // By the order of events, which no clock that is set back confuses; by time where that event is forgotten.
  const begin = started.find(({ data }) => data.step === BOOT_STEP)?.seq;
  const from = begin === undefined ? { since: node.boot_started_at } : { after: begin };
  const seen = await store.events.list({
    ...ofNode,
    ...from,
    kinds: BOOT_EVENT_KINDS,
    limit: MOST_BOOT_EVENTS,
  });
  return seen.toReversed();
}
