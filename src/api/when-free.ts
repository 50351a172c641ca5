/**
 * Short writes queue: one that meets a node's lock waits for the job to end, as Ironic asks for its lock three times in
 * three seconds, and is refused only then. It waits outside any transaction.
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { createBell } from './events/bell.ts';

/** As Ironic's `node_locked_retry_attempts` times `node_locked_retry_interval`. */
const PATIENCE_MS = 3_000;
/** Some ends of a lock tell no event: a job that begins to wait for its agent. */
const LOOK_MS = 250;
/** Requests that wait at once; who comes on top is refused at once. */
const MOST_WAITERS = 256;
/** Tries of one request: a job that tells much wakes it often. */
const MOST_TRIES = 50;

/** Of a request only the connection that it came by: whether its client is still there. */
export type Waiting = { readonly raw: { readonly socket: Pick<EventEmitter, 'once' | 'off'> } };

/** Does the write; `node_locked` is thrown when it still is after three seconds, or the client has gone. */
export type WhenFree = <T>(request: Waiting, write: () => Promise<T>) => Promise<T>;

export function createWhenFree(deps: {
  readonly store: Pick<Store, 'onEvent'>;
  readonly clock: Pick<Clock, 'sleep'>;
}): WhenFree {
  let waiters = 0;
  return async (request, write) => {
    try {
      return await write();
    } catch (error) {
      const node = lockedNode(error);
      if (node === null || waiters >= MOST_WAITERS) throw error;
      waiters++;
      try {
        return await tryAgain({ ...deps, request, write, node, refusal: error });
      } finally {
        waiters--;
      }
    }
  };
}

/** `refusal` is thrown again when no later try tells another. */
async function tryAgain<T>(wish: {
  readonly store: Pick<Store, 'onEvent'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly request: Waiting;
  readonly write: () => Promise<T>;
  readonly node: string;
  readonly refusal: unknown;
}): Promise<T> {
  const { store, clock, write } = wish;
  let { node, refusal } = wish;
  const over = new AbortController();
  const end = (): void => over.abort(new Error('no longer waited for'));
  const bell = createBell(over.signal);
  const stopListening = store.onEvent((event) => {
    if (event.node_uuid === node && event.severity !== 'debug') bell.ring();
  });
  const { socket } = wish.request.raw;
  socket.once('close', end);
  const asleep = (ms: number): Promise<void> => clock.sleep(ms, over.signal).catch(() => undefined);
  void asleep(PATIENCE_MS).then(end);
  try {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      await Promise.race([bell.rung(), asleep(LOOK_MS)]);
      if (over.signal.aborted) break;
      bell.reset();
      try {
        return await write();
      } catch (error) {
        const other = lockedNode(error);
        if (other === null) throw error;
        node = other;
        refusal = error;
      }
    }
    throw refusal;
  } finally {
    stopListening();
    socket.off('close', end);
    end();
  }
}

function lockedNode(error: unknown): string | null {
  return error instanceof IngotError ? error.lockedNode : null;
}
