/** What was seen of a node's present boot of the ramdisk, from the stream of events. */
import type { EventRecord } from '../../store/records/event.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import type { StepName } from '../steps/catalog.ts';
import { BOOT_EVENT_KINDS } from './boot-stages.ts';

/** A boot that loops leaves many events; its stages are among the newest of them. */
const MOST_EVENTS = 1_000;
/** Progress and heartbeats stand between the steps that matter. */
const MOST_STEPS = 200;
/** The step that begins every boot of the ramdisk. */
const BOOT_STEP: StepName = 'boot-ramdisk';

/** Since the machine was switched on, oldest first. */
export async function bootEventsOf(
  store: Pick<Queries, 'events'>,
  node: NodeRecord,
): Promise<readonly EventRecord[]> {
  if (node.boot_started_at === null) return [];
  const ofNode = { node_uuid: node.uuid, order: 'desc' } as const;
  const started = await store.events.list({ ...ofNode, kinds: ['job.step_started'], limit: MOST_STEPS });
  const begin = started.findIndex(({ data }) => data.step === BOOT_STEP);
  // By the order of events, which no clock that is set back confuses; by time where that event is forgotten.
  const from = begin < 0 ? { since: node.boot_started_at } : { after: started[begin]?.seq ?? 0 };
  const seen = await store.events.list({ ...ofNode, ...from, kinds: BOOT_EVENT_KINDS, limit: MOST_EVENTS });
  const on = started[begin - 1]?.seq ?? Number.POSITIVE_INFINITY;
  const switchedOn = Date.parse(node.boot_started_at);
  // Switched on long ago, and yet written before that: the clock was set back.
  const isLater = ({ seq, at }: EventRecord): boolean => seq > on && Date.parse(at) < switchedOn;
  return seen.filter((event) => isLater(event) || seenAt(event) >= switchedOn).toReversed();
}

/**
 * When the packet came, in milliseconds since the epoch: what ran on the machine may ask DHCP until it is switched off,
 * and be told of a moment later.
 */
export function seenAt({ at, data }: EventRecord): number {
  return Date.parse(typeof data.seen_at === 'string' ? data.seen_at : at);
}
