import type { NodeRecord } from '../store/records/node.ts';
import type { Bmc } from './bmc.ts';
import { type BmcDeps, createQueues, openBmc } from './open-bmc.ts';

type NodeBmc = Pick<NodeRecord, 'uuid' | 'driver' | 'driver_info'>;

export type BmcPool = {
  /**
   * Lends the node's open BMC, or a new one, for one piece of work; a change of `driver` or `driver_info` opens
   * anew and closes the old one when nobody works with it any more. Rejects with `invalid_input` as `openBmc`
   * does, and as `work` does.
   */
  withBmc<T>(node: NodeBmc, work: (bmc: Bmc) => Promise<T>): Promise<T>;
  /** Logs out of that node's BMC, as on deletion of the node. */
  forget(nodeUuid: string): Promise<void>;
  /** Logs out everywhere, ending work in progress with `bmc_unreachable`. */
  close(): Promise<void>;
};

type Entry = {
  readonly uuid: string;
  readonly bmc: Bmc;
  /** What it was opened with, to notice a change. */
  readonly made: string;
  users: number;
  retired: boolean;
};

/**
 * Keeps BMC sessions open between pieces of work, one for each node. Holds at most `limit` (12 KB each), the least
 * recently used are closed: a closed one opens again on demand. Every BMC is asked for its power now and then: with
 * room for fewer than there are, each of these looks would be a login.
 */
export function createBmcPool(deps: BmcDeps, limit = 20_000): BmcPool {
  const entries = new Map<string, Entry>();
  const withQueues: BmcDeps = { queues: createQueues(deps), ...deps };

  const closeEntry = async ({ uuid, bmc }: Entry): Promise<void> => {
    try {
      await bmc.close();
    } catch (error) {
      deps.log.warn(
        { node: uuid, reason: String(error) },
        'BMC session not closed: it will expire by itself',
      );
    }
  };

  /** Takes the entry out; it is closed now, or by its last user. */
  const retire = async (entry: Entry | undefined): Promise<void> => {
    if (entry === undefined) return;
    if (entries.get(entry.uuid) === entry) entries.delete(entry.uuid);
    entry.retired = true;
    const idle = entry.users === 0;
    if (idle) await closeEntry(entry);
  };

  const entryFor = (node: NodeBmc): Entry => {
    const made = JSON.stringify([node.driver, node.driver_info]);
    const held = entries.get(node.uuid);
    if (held?.made === made) {
      // To the end of the map: most recently used.
      entries.delete(node.uuid);
      entries.set(node.uuid, held);
      return held;
    }
    const bmc = openBmc(node.driver, node.driver_info, withQueues);
    void retire(held);
    const [oldest] = entries.values();
    if (entries.size >= limit) void retire(oldest);
    const entry: Entry = { uuid: node.uuid, bmc, made, users: 0, retired: false };
    entries.set(node.uuid, entry);
    return entry;
  };

  return {
    async withBmc(node, work) {
      const entry = entryFor(node);
      entry.users += 1;
      try {
        return await work(entry.bmc);
      } finally {
        entry.users -= 1;
        if (entry.retired && entry.users === 0) void closeEntry(entry);
      }
    },
    forget: (nodeUuid) => retire(entries.get(nodeUuid)),
    async close() {
      const all = [...entries.values()];
      entries.clear();
      await Promise.all(all.map(closeEntry));
    },
  };
}
