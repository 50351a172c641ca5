/**
 * Follows the event stream for one client. The store is the buffer: events are read page by page from where the
 * client is, only as fast as it takes them, so a slow client costs a page of memory and never the daemon.
 */
import type { EventRecord } from '../../store/records/event.ts';
import type { EventFilter, Store } from '../../store/store.ts';
import { createBell } from './bell.ts';

/** Events read at once: the bound on what is held for one client. */
const PAGE = 200;

export type StreamSink = {
  /** Resolves when there is room for more, `false` when the client is gone or too slow. */
  write(event: EventRecord): Promise<boolean>;
  /** As `write`: some events after the position `after` and before `complete_from` are kept no more. */
  gap(gap: { readonly after: number; readonly complete_from: number }): Promise<boolean>;
};

export type StreamOptions = {
  readonly store: Pick<Store, 'events' | 'onEvent'>;
  readonly filter: Pick<EventFilter, 'node_uuid' | 'kinds'>;
  /** The client has everything up to this `seq`. */
  readonly after: number;
  readonly sink: StreamSink;
  readonly signal: AbortSignal;
};

/** Resolves when the signal is aborted or the sink takes no more. */
export async function followEvents({ store, filter, after, sink, signal }: StreamOptions): Promise<void> {
  const bell = createBell(signal);
  const stopListening = store.onEvent((event) => {
    if (matches(event, filter)) bell.ring();
  });
  try {
    let position = after;
    let told = 0;
    while (!signal.aborted) {
      bell.reset();
      const newest = await newestSeq(store);
      const page = await store.events.list({ ...filter, after: position, limit: PAGE });
      // Looked at after the page: what was forgotten while it was read is told too.
      const pruned = await store.events.prunedThrough(filter.node_uuid);
      if (position < pruned && told < pruned) {
        if (!(await sink.gap({ after: position, complete_from: pruned + 1 }))) return;
        told = pruned;
      }
      for (const event of page) {
        if (signal.aborted || !(await sink.write(event))) return;
        position = event.seq;
      }
      if (page.length === PAGE) continue;
      // All up to there was looked at: without this, events of other kinds would be read again at each ring.
      position = Math.max(position, newest);
      await bell.rung();
    }
  } finally {
    stopListening();
  }
}

/** Where the stream of all events ends just now; 0 when nothing has happened yet. */
export async function newestSeq(store: StreamOptions['store']): Promise<number> {
  const [newest] = await store.events.list({ order: 'desc', limit: 1 });
  return newest?.seq ?? 0;
}

function matches(event: EventRecord, { kinds, node_uuid }: StreamOptions['filter']): boolean {
  return (
    (node_uuid === undefined || event.node_uuid === node_uuid) &&
    (kinds === undefined || kinds.includes(event.kind))
  );
}
