/**
 * Finds nodes for allocations. What is asked for is on disk before the work begins, and the choice is made in one
 * transaction with the node that it takes, so that no two allocations share a node and a crash loses none.
 */
import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { AllocationRecord } from '../../store/records/allocation.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import { type Choice, chooseNode } from './choose-node.ts';
import { failureText, holdNode } from './hold.ts';

/** Looks at nodes that jobs hold, and the time between two: as Ironic's `node_locked_retry_*`. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 1_000;
/** After a defect or a full disk. */
const RETRY_MS = 5_000;

export type Allocator = {
  /** Takes up what is still `allocating`. */
  start(): Promise<void>;
  /** Begins to look for a node for an allocation that was just inserted. */
  take(uuid: string): void;
  stop(): Promise<void>;
};

type Tools = {
  readonly store: Pick<Store, 'transaction' | 'allocations'>;
  readonly clock: Clock;
  readonly log: Log;
};

export function createAllocator({ store, clock, log }: Tools): Allocator {
  const stopping = new AbortController();
  const working = new Map<string, Promise<void>>();

  const look = async (uuid: string): Promise<void> => {
    for (let looks = 1; ; looks++) {
      const decided = await store.transaction((queries) => decide(queries, uuid, looks >= LOOKS));
      if (decided) return;
      await clock.sleep(LOOK_AGAIN_MS, stopping.signal);
    }
  };

  const work = async (uuid: string): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look(uuid);
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.error({ allocation: uuid, error: String(error) }, 'an allocation could not be decided on');
        await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined);
      }
    }
  };

  const take = (uuid: string): void => {
    if (stopping.signal.aborted || working.has(uuid)) return;
    working.set(
      uuid,
      work(uuid).finally(() => working.delete(uuid)),
    );
  };

  return {
    take,
    start: async () => {
      for (const uuid of await store.allocations.undecided()) take(uuid);
    },
    stop: async () => {
      stopping.abort(new Error('ingot stops'));
      await Promise.all(working.values());
    },
  };
}

/** False when another look is worth it. */
async function decide(queries: Queries, uuid: string, last: boolean): Promise<boolean> {
  const allocation = await queries.allocations.find(uuid);
  if (allocation === null || allocation.state !== 'allocating') return true;
  const choice = await readableChoice(queries, allocation);
  if (choice.kind === 'busy' && !last) return false;
  if (choice.kind !== 'node') {
    await fail(queries, allocation, failureText(uuid, choice.because));
    return true;
  }
  try {
    await holdNode(queries, allocation, choice.node);
  } catch (error) {
    // Another node has the allocation's uuid for its instance: no other choice would help.
    if (!(error instanceof IngotError) || error.code !== 'conflict') throw error;
    await fail(queries, allocation, error.message);
  }
  return true;
}

type ReadableChoice =
  | Exclude<Choice, { readonly kind: 'node' }>
  | { readonly kind: 'node'; readonly node: NodeRecord };

/** A node whose row cannot be read is passed over: it would be the first choice each time. */
async function readableChoice(queries: Queries, allocation: AllocationRecord): Promise<ReadableChoice> {
  for (let free = await queries.allocations.freeNodes(allocation); ; ) {
    const choice = chooseNode(allocation, free);
    if (choice.kind !== 'node') return choice;
    const node = await queries.nodes.getReadable(choice.uuid);
    if (node !== null) return { kind: 'node', node };
    free = free.filter(({ uuid }) => uuid !== choice.uuid);
  }
}

async function fail(queries: Queries, { uuid, name }: AllocationRecord, because: string): Promise<void> {
  await queries.allocations.update(uuid, { state: 'error', last_error: because });
  await queries.events.append({
    node_uuid: null,
    kind: 'allocation.failed',
    severity: 'warning',
    message: `No node for allocation ${name ?? uuid}: ${because}`,
    data: { allocation_uuid: uuid },
  });
}
