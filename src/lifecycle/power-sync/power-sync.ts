/**
 * Keeps the record of each machine's power true, and knows how its BMC is. In rounds: every node has its moment in the
 * interval, so that thousands of BMCs are never asked at once. It takes no lock, asks nothing of a node that a job
 * works on, and writes only what has changed.
 */
import type { BmcPower } from '../../bmc/bmc.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { everyNode } from '../../store/every-node.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { WithBmc } from '../deps.ts';
import { createSlots } from '../engine/slots.ts';
import { isFake } from '../interfaces.ts';
import { judgeLook, type Look } from './judge.ts';
import { createLooks } from './looks.ts';
import { backOffMs, troubleKindOf } from './trouble.ts';

export type PowerSync = {
  /** Nothing happens where the interval is 0. */
  start(): void;
  stop(): Promise<void>;
};

type Tools = {
  readonly store: Pick<Store, 'nodes' | 'jobs' | 'transaction' | 'onEvent'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly withBmc: WithBmc;
  readonly settings: Config['power_sync'];
};

/** After a defect or a store that does not answer. */
const RETRY_MS = 30_000;

/** What is remembered of a node whose last look failed; forgotten with the daemon, and learnt anew. */
type Sick = {
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds on `Clock.elapsed`. */
  readonly dueAt: number;
};

export function createPowerSync({ store, clock, log: parent, withBmc, settings }: Tools): PowerSync {
  const log = parent.child({ component: 'power-sync' });
  const intervalMs = settings.interval_s * 1_000;
  const stopping = new AbortController();
  const slots = createSlots(settings.at_once);
  const looking = new Set<Promise<void>>();
  const sick = new Map<string, Sick>();
  const lookAt = createLooks({ withBmc, clock, intervalMs, signal: stopping.signal });
  let rounds: Promise<void> = Promise.resolve();

  const look = async (uuid: string): Promise<void> => {
    const node = await store.nodes.get(uuid);
    if (node === null || !isWatched(node) || clock.elapsed() < (sick.get(uuid)?.dueAt ?? 0)) return;
    const job = await store.jobs.lastOf(uuid);
    if (job?.status === 'running') return;
    const found = remember(uuid, await lookAt(node));
    if (found === null || judgeLook(node, found, clock.now()) === null) return;
    await store.transaction((queries) => record(queries, { uuid, found, lastJob: job?.id ?? null }));
  };

  /** With how often, and since when, looks have failed in a row; null for a failure of ours. */
  const remember = (uuid: string, found: BmcPower | IngotError): Look | null => {
    if (!(found instanceof IngotError)) {
      sick.delete(uuid);
      return { kind: 'power', power: found };
    }
    const kind = troubleKindOf(found.code);
    if (kind === null) {
      log.debug({ node: uuid, error: found.message }, 'a BMC could not be asked for its power state');
      return null;
    }
    const before = sick.get(uuid);
    const failures = (before?.failures ?? 0) + 1;
    const since = before?.since ?? clock.now();
    sick.set(uuid, { failures, since, dueAt: clock.elapsed() + backOffMs(kind, failures) });
    return { kind: 'failure', error: found, failures, since };
  };

  /** What was seen counts only if no job has been at the machine since: an intent is never overridden. */
  const record = async (queries: Queries, { uuid, found, lastJob }: Found): Promise<void> => {
    const node = await queries.nodes.get(uuid);
    if (node === null || !isWatched(node)) return;
    if (((await queries.jobs.lastOf(uuid))?.id ?? null) !== lastJob) return;
    const verdict = judgeLook(node, found, clock.now());
    if (verdict === null) return;
    await queries.nodes.update(uuid, verdict.patch);
    for (const event of verdict.events) await queries.events.append(event);
  };

  const begin = async (uuid: string): Promise<void> => {
    const release = await slots.take(stopping.signal);
    const done = look(uuid)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          log.warn({ node: uuid, error: String(error) }, 'what its BMC shows was lost');
      })
      .finally(() => {
        looking.delete(done);
        release();
      });
    looking.add(done);
  };

  const watched = async (): Promise<ReadonlySet<string>> => {
    const uuids = new Set<string>();
    for await (const node of everyNode(store)) if (isWatched(node)) uuids.add(node.uuid);
    return uuids;
  };

  const round = async (): Promise<void> => {
    const began = clock.elapsed();
    const until = async (moment: number): Promise<void> => {
      const rest = moment - clock.elapsed();
      if (rest > 0) await clock.sleep(rest, stopping.signal);
    };
    // Read at once: a node that is deleted on the way must not end the round.
    const uuids = await watched();
    for (const uuid of sick.keys()) if (!uuids.has(uuid)) sick.delete(uuid);
    let index = 0;
    for (const uuid of uuids) {
      await until(began + (intervalMs * index++) / uuids.size);
      await begin(uuid);
    }
    await until(began + intervalMs);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn({ error: String(error) }, 'a round over the power states ended early');
        await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined);
      }
    }
  };

  /** A node that is changed, or that a job has left, may have been mended: no waiting for it. */
  const stopListening = store.onEvent(({ node_uuid, kind }) => {
    const known = node_uuid === null ? undefined : sick.get(node_uuid);
    if (node_uuid === null || known === undefined) return;
    if (kind === 'node.deleted') sick.delete(node_uuid);
    else if (kind === 'node.updated' || kind === 'job.done') sick.set(node_uuid, { ...known, dueAt: 0 });
  });

  return {
    start: () => {
      if (intervalMs > 0) rounds = run();
    },
    stop: async () => {
      stopListening();
      stopping.abort(new Error('ingot stops'));
      await Promise.all([rounds, ...looking]);
    },
  };
}

type Found = { readonly uuid: string; readonly found: Look; readonly lastJob: number | null };

/** Nodes that nobody manages yet have no BMC that is known to be right; what is pretended has none. */
function isWatched(node: NodeRecord): boolean {
  return node.provision_state !== 'enroll' && !isFake(node, 'power');
}
