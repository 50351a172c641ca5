import type { NodeRecord } from '../store/records.ts';
import type { Bmc } from './bmc.ts';
import { type BmcDeps, createQueues, openBmc } from './open-bmc.ts';

export type BmcPool = {
  /**
   * The node's open BMC, or a new one; a change of `driver` or `driver_info` closes the old one. Throws
   * `invalid_input` as `openBmc` does.
   */
  forNode(node: Pick<NodeRecord, 'uuid' | 'driver' | 'driver_info'>): Bmc;
  /** Logs out of that node's BMC, as on deletion of the node. */
  forget(nodeUuid: string): Promise<void>;
  /** Logs out everywhere. */
  close(): Promise<void>;
};

type Entry = { readonly bmc: Bmc; readonly made: string };

/**
 * Keeps BMC sessions open between calls, one for each node. Holds at most `limit`, the least recently used are
 * closed: BMCs expire sessions by themselves, and a closed one opens again on demand.
 */
export function createBmcPool(deps: BmcDeps, limit = 2000): BmcPool {
  const entries = new Map<string, Entry>();
  const withQueues: BmcDeps = { queues: createQueues(deps), ...deps };

  const drop = async (uuid: string): Promise<void> => {
    const entry = entries.get(uuid);
    entries.delete(uuid);
    try {
      await entry?.bmc.close();
    } catch (error) {
      deps.log.warn(
        { node: uuid, reason: String(error) },
        'BMC session not closed: it will expire by itself',
      );
    }
  };

  return {
    forNode(node) {
      const made = JSON.stringify([node.driver, node.driver_info]);
      const held = entries.get(node.uuid);
      if (held?.made === made) {
        entries.delete(node.uuid);
        entries.set(node.uuid, held);
        return held.bmc;
      }
      const bmc = openBmc(node.driver, node.driver_info, withQueues);
      void drop(node.uuid);
      const [oldest] = entries.keys();
      if (entries.size >= limit && oldest !== undefined) void drop(oldest);
      entries.set(node.uuid, { bmc, made });
      return bmc;
    },
    forget: drop,
    async close() {
      await Promise.all([...entries.keys()].map(drop));
    },
  };
}
