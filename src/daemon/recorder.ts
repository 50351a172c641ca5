import type { Log } from '../log.ts';
import type { NewEvent } from '../store/records/event.ts';
import type { Store } from '../store/store.ts';

/** Events kept while a transaction is under way; more are dropped and counted: they tell, they do not decide. */
const MOST_WAITING = 20_000;
/** Events in one transaction, which no other write comes before: a few tens of milliseconds. */
const MOST_TOGETHER = 500;

export type Recorder = {
  record(events: readonly NewEvent[]): void;
  /** Resolves when all that was recorded is on disk. */
  stop(): Promise<void>;
};

/** Writes events in the background, many that gathered meanwhile in one transaction; other writes come in between. */
export function createRecorder(store: Store, log: Log): Recorder {
  const waiting: NewEvent[] = [];
  let dropped = 0;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST_TOGETHER);
      try {
        await store.transaction(async (queries) => {
          for (const event of batch) await queries.events.append(event);
        });
      } catch (error) {
        log.error({ events: batch.length, error: String(error) }, 'events were lost');
      }
      if (dropped > 0) log.warn({ dropped }, 'events came faster than the disk took them');
      dropped = 0;
    }
    writing = null;
  };

  return {
    record: (events) => {
      const room = MOST_WAITING - waiting.length;
      waiting.push(...events.slice(0, room));
      dropped += Math.max(0, events.length - room);
      if (waiting.length > 0) writing ??= Promise.resolve().then(write);
    },
    stop: async () => {
      await writing;
    },
  };
}
