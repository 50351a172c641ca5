/** Gathers from the store what `explainWhy` needs. */
import type { Clock } from '../clock.ts';
import type { JobRecord, NodeRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { BOOT_EVENT_KINDS } from './boot-stages.ts';
import type { WhyFacts } from './why.ts';

/** A boot that loops leaves many events; its stages are among the newest of them. */
const MOST_BOOT_EVENTS = 1_000;
/** Progress and heartbeats stand between the events that matter. */
const MOST_RECENT_EVENTS = 200;

export type WhySource = {
  readonly store: Store;
  readonly clock: Clock;
  readonly does: (step: string) => string;
  readonly bootProblem: (node: NodeRecord) => string | null;
  readonly bootWarnings: () => readonly string[];
};

export async function gatherWhyFacts(
  { store, clock, does, bootProblem, bootWarnings }: WhySource,
  node: NodeRecord,
  job: JobRecord | null,
): Promise<WhyFacts> {
  const since = node.boot_started_at;
  const bootEvents =
    since === null
      ? []
      : await store.events.list({
          node_uuid: node.uuid,
          since,
          kinds: BOOT_EVENT_KINDS,
          order: 'desc',
          limit: MOST_BOOT_EVENTS,
        });
  const recent = await store.events.list({ node_uuid: node.uuid, order: 'desc', limit: MOST_RECENT_EVENTS });
  const failure = recent.find((event) => event.kind === 'job.failed' && event.data.job === job?.id);
  const hint = failure?.data.hint;
  return {
    node,
    job,
    bootEvents: bootEvents.toReversed(),
    lastEvent: recent.find((event) => event.severity !== 'debug') ?? null,
    failureHint: typeof hint === 'string' ? hint : null,
    now: clock.now(),
    does,
    bootProblem: bootProblem(node),
    bootWarnings: bootWarnings(),
  };
}
