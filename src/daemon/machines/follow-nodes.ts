/** Keeps boot table, BMC sessions and discovered machines in step with nodes and ports that operators change. */
import type { BmcPool } from '../../bmc/pool.ts';
import type { RamdiskLogs } from '../../lifecycle/ramdisk-logs/ramdisk-logs.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { BootTable } from './boot-table.ts';
import type { Discoveries } from './discoveries.ts';

type Following = {
  readonly store: Pick<Store, 'onEvent'>;
  readonly bootTable: Pick<BootTable, 'publishNode'>;
  readonly bmcs: Pick<BmcPool, 'forget'>;
  readonly discoveries: Pick<Discoveries, 'enrolled'>;
  readonly ramdiskLogs: Pick<RamdiskLogs, 'forget'>;
  readonly log: Log;
};

/** Returns what ends it. */
export function followNodes({
  store,
  bootTable,
  bmcs,
  discoveries,
  ramdiskLogs,
  log,
}: Following): () => void {
  return store.onEvent((event) => {
    const uuid = event.node_uuid;
    if (uuid === null || !/^(node|port)\./.test(event.kind)) return;
    const failed = (sentence: string) => (error: unknown) =>
      log.warn({ node: uuid, error: String(error) }, sentence);
    void bootTable.publishNode(uuid).catch(failed('the boot table is behind'));
    void discoveries.enrolled(uuid).catch(failed('the list of discovered machines is behind'));
    if (event.kind !== 'node.deleted') return;
    void bmcs.forget(uuid).catch(failed('the sessions with its BMC could not be ended'));
    void ramdiskLogs.forget(uuid).catch(failed('the logs of its ramdisks could not be removed'));
  });
}
