/** Looks at each boot from the network whether anybody asked for it, and has it told where nobody did. */
import { LOADER_EVENTS, unaskedBoot } from '../../lifecycle/booting/unasked-boot.ts';
import type { Log } from '../../log.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { Queries } from '../../store/store.ts';
import type { Recorder } from '../recorder.ts';

/** Boots that wait to be looked at; of more at once the rest is not looked at. */
const MOST_WAITING = 1_000;

export type UnaskedBoots = {
  /** What came from the wire, before it is on disk. */
  see(events: readonly NewEvent[]): void;
  /** Resolves when all that was seen is recorded. */
  settled(): Promise<void>;
};

export function createUnaskedBoots(
  store: Pick<Queries, 'nodes' | 'events'>,
  recorder: Pick<Recorder, 'record'>,
  log: Log,
): UnaskedBoots {
  let waiting = 0;
  let looked: Promise<void> = Promise.resolve();

  const look = async (nodeUuid: string, at: number): Promise<void> => {
    const node = await store.nodes.getReadable(nodeUuid);
    const message = node === null ? null : await unaskedBoot(store, node, at);
    if (message !== null)
      recorder.record([{ node_uuid: nodeUuid, kind: 'boot.unasked', severity: 'warning', message }]);
  };

  return {
    see: (events) => {
      for (const { kind, node_uuid, data } of events) {
        if (node_uuid === null || !LOADER_EVENTS.includes(kind) || waiting >= MOST_WAITING) continue;
        const at = Date.parse(String(data?.seen_at));
        waiting++;
        looked = looked
          .then(() => look(node_uuid, at))
          .catch((error: unknown) =>
            log.warn({ node: node_uuid, error: String(error) }, 'nobody knows who asked for a boot'),
          )
          .finally(() => waiting--);
      }
    },
    settled: () => looked,
  };
}
