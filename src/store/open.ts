/** Puts the store together: migrations, one writer, one reader, transactions in groups, events after commit. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import { addressQueries } from './addresses.ts';
import { allocationQueries } from './allocations.ts';
import { chassisQueries } from './chassis.ts';
import { createDamagedRows } from './damaged-rows.ts';
import { openReader, openWriter, typedQueries } from './database.ts';
import { discoveredQueries } from './discovered.ts';
import { eventQueries } from './events.ts';
import { firmwareReportQueries } from './firmware-reports.ts';
import { createGroupCommit } from './group-commit.ts';
import { inspectionRuleQueries } from './inspection-rules.ts';
import { inventoryQueries } from './inventories.ts';
import { jobPruning, jobQueries } from './jobs.ts';
import { migrate, rewriteVersion } from './migrations.ts';
import { nodeQueries } from './nodes.ts';
import { portgroupQueries } from './portgroups.ts';
import { portQueries } from './ports.ts';
import { overfullNodes, pruneEvents, pruneEventsOfDeleted } from './prune-events.ts';
import type { EventRecord } from './records/event.ts';
import { reservationQueries } from './reservations.ts';
import { stepListQueries } from './step-lists.ts';
import type { Queries, Store } from './store.ts';
import type { Access } from './tables.ts';
import { tokenQueries } from './tokens.ts';
import { connectorQueries, targetQueries } from './volumes.ts';
import { writesThrough } from './writes.ts';

export type StoreOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** Events kept per node, newest first; a tenth more may stand for a while. */
  readonly eventsPerNode?: number;
  /** Ended jobs kept per node, newest first; the new one beside them. */
  readonly jobsPerNode?: number;
  /** Events kept of all deleted nodes together; pruned when the store is opened and at every hundredth deletion. */
  readonly eventsOfDeleted?: number;
  /** How long a transaction waits for others to share its flush; default: one turn of the event loop. */
  readonly gather?: () => Promise<unknown>;
};

const EVENTS_PER_NODE = 5_000;
const JOBS_PER_NODE = 200;
const EVENTS_OF_DELETED = 100_000;
const DELETIONS_BETWEEN_PRUNES = 100;

function queriesOver(access: Access): Queries {
  return {
    nodes: nodeQueries(access),
    ports: portQueries(access),
    portgroups: portgroupQueries(access),
    chassis: chassisQueries(access),
    connectors: connectorQueries(access),
    targets: targetQueries(access),
    allocations: allocationQueries(access),
    inspectionRules: inspectionRuleQueries(access),
    jobs: jobQueries(access),
    events: eventQueries(access),
    inventories: inventoryQueries(access),
    firmwareReports: firmwareReportQueries(access),
    addresses: addressQueries(access),
    reservations: reservationQueries(access),
    stepLists: stepListQueries(access),
    discovered: discoveredQueries(access),
    tokens: tokenQueries(access),
  };
}

/**
 * Opens (and makes or migrates) the database at `path`, an ordinary file on a local disk. Reads outside a
 * transaction see the last committed state and never wait for a writer. Throws `environment`.
 */
export async function openStore(path: string, options: StoreOptions): Promise<Store> {
  const log = options.log.child({ component: 'store' });
  const keep = options.eventsPerNode ?? EVENTS_PER_NODE;
  const keepJobs = options.jobsPerNode ?? JOBS_PER_NODE;
  const keepOfDeleted = options.eventsOfDeleted ?? EVENTS_OF_DELETED;
  const now = (): string => new Date(options.clock.now()).toISOString();

  const connection = openWriter(path);
  migrate(connection);
  const writer = typedQueries(connection);
  for (const nodeUuid of await overfullNodes(writer, keep)) await pruneEvents(writer, nodeUuid, keep);
  await pruneEventsOfDeleted(writer, keepOfDeleted);
  const reader = typedQueries(openReader(path));
  const damagedRows = createDamagedRows(log, (event) =>
    inTransaction.exit(() => transaction((queries) => queries.events.append(event))),
  );
  const { tell } = damagedRows;
  const writes = queriesOver({ db: writer, now, tell });
  const pruneJobs = jobPruning(writer);
  const commits = createGroupCommit(connection, options.gather ?? turnOfTheLoop);

  const listeners = new Set<(event: EventRecord) => void>();
  const inTransaction = new AsyncLocalStorage<true>();
  const appendedSincePrune = new Map<string | null, number>();
  let deletedSincePrune = 0;
  let closed = false;

  const publish = (events: readonly EventRecord[]): void => {
    for (const event of events) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          log.error({ error: String(error), kind: event.kind }, 'a listener of events failed');
        }
      }
    }
  };

  const pruneWhenDue = async (events: readonly EventRecord[]): Promise<void> => {
    for (const { node_uuid } of events) {
      const count = (appendedSincePrune.get(node_uuid) ?? 0) + 1;
      const due = count > keep / 10;
      if (due) await pruneEvents(writer, node_uuid, keep);
      if (due) appendedSincePrune.delete(node_uuid);
      else appendedSincePrune.set(node_uuid, count);
    }
  };

  /** The writer's queries for one transaction: they prune as they go, and put what is appended into `appended`. */
  const recording = (appended: EventRecord[]): Queries => ({
    ...writes,
    events: {
      ...writes.events,
      append: async (event) => {
        const record = await writes.events.append(event);
        appended.push(record);
        return record;
      },
    },
    jobs: {
      ...writes.jobs,
      insert: async (job) => {
        const record = await writes.jobs.insert(job);
        await pruneJobs(record.node_uuid, keepJobs);
        return record;
      },
    },
    nodes: {
      ...writes.nodes,
      delete: async (uuid) => {
        await writes.nodes.delete(uuid);
        deletedSincePrune = (deletedSincePrune + 1) % DELETIONS_BETWEEN_PRUNES;
        if (deletedSincePrune === 0) await pruneEventsOfDeleted(writer, keepOfDeleted);
      },
    },
  });

  const transaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    if (inTransaction.getStore() === true) {
      // Waiting for a transaction that waits for us would last for ever.
      throw new IngotError('internal', 'A store write was begun inside a transaction.', {
        hint: 'This is a defect in ingot: the queries passed to the transaction must be used inside it.',
      });
    }
    if (closed) throw storeIsClosed();
    const appended: EventRecord[] = [];
    const result = await commits.run(async () => {
      const value = await inTransaction.run(true, () => work(recording(appended)));
      await pruneWhenDue(appended);
      return value;
    });
    publish(appended);
    return result;
  };

  return {
    ...writesThrough(queriesOver({ db: reader, now, tell }), transaction),
    transaction,
    async probe() {
      if (closed) throw storeIsClosed();
      await commits.run(async () => rewriteVersion(connection));
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    damagedRows: damagedRows.list,
    async close() {
      if (closed) return;
      closed = true;
      await commits.settled();
      await reader.destroy();
      await writer.destroy();
    },
  };
}

function storeIsClosed(): IngotError {
  return new IngotError('busy', 'The store is closed.', {
    hint: 'ingot is stopping: try again when it is up.',
  });
}
