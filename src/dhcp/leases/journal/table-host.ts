/** The packet thread's end of the table thread: starts it when there is something to do, and ends it soon after. */
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { IngotError } from '../../../errors.ts';
import type { Lease } from '../lease.ts';
import type { Adoption, Homes } from './adoption.ts';
import { decodeEntries } from './entries.ts';
import { writeFailure } from './failures.ts';
import type { LogDamage } from './log-damage.ts';
import { spareMemoryReturner } from './spare-memory.ts';
import type { FromTable, TableAnswer, TableOptions, TableRequest, TableWork } from './table-thread.ts';

/** What comes this soon after an answer finds the thread still there. */
const LINGER_MS = 3_000;

export type TableHost = {
  /** Makes and folds the log. Returns the sequence of its last frame. */
  open(): Promise<number>;
  /** Folds what the log holds up to that sequence. */
  fold(through: number): Promise<void>;
  load(network: string): Promise<readonly Lease[]>;
  /** As `adoptLeases`. */
  adopt(homes: Homes): Promise<readonly Adoption[]>;
  close(): Promise<void>;
};

type Done = Extract<TableAnswer, { ok: true }>;
type Loaded = Done & { readonly leases: readonly Lease[] };
type Waiter = {
  readonly resolve: (answer: Loaded) => void;
  readonly reject: (error: IngotError) => void;
  /** What was loaded so far. */
  readonly leases: Lease[];
};
type Running = { readonly worker: Worker; readonly waiters: Waiter[]; linger: NodeJS.Timeout | null };

/** Each call rejects with an `IngotError` that says what to do. `onDamage` hears what of the log cannot be read. */
export function createTableHost(options: TableOptions, onDamage: (damage: LogDamage) => void): TableHost {
  const returnSpareMemory = spareMemoryReturner();
  let running: Running | null = null;

  const start = (): Running => {
    const worker = new Worker(new URL('table-thread.ts', import.meta.url), {
      workerData: options,
      env: SHARE_ENV,
    });
    const thread: Running = { worker, waiters: [], linger: null };
    worker.on('message', (answer: FromTable) => {
      if ('part' in answer) {
        // At once, so that the rows' memory is free for the next part's.
        for (const { lease } of decodeEntries(answer.part)) thread.waiters[0]?.leases.push(lease);
        return;
      }
      const waiter = thread.waiters.shift();
      if (answer.ok) {
        answer.damage.forEach(onDamage);
        waiter?.resolve({ ...answer, leases: waiter.leases });
      } else waiter?.reject(new IngotError(answer.code, answer.message, { hint: answer.hint }));
      if (thread.waiters.length > 0 || running !== thread) return;
      thread.linger = setTimeout(() => void end(thread), LINGER_MS).unref();
    });
    const fail = (cause: unknown): void => {
      if (running === thread) running = null;
      for (const waiter of thread.waiters.splice(0)) waiter.reject(writeFailure(options.path, cause));
    };
    worker.on('error', fail);
    worker.on('exit', (code) => {
      fail(`the table thread ended with code ${code}`);
      returnSpareMemory();
    });
    return thread;
  };

  const end = async (thread: Running): Promise<void> => {
    if (running === thread) running = null;
    if (thread.linger !== null) clearTimeout(thread.linger);
    const exited = new Promise((resolve) => thread.worker.once('exit', resolve));
    thread.worker.postMessage({ type: 'end' } satisfies TableRequest);
    await exited;
  };

  const ask = (work: TableWork) => {
    running ??= start();
    const thread = running;
    if (thread.linger !== null) clearTimeout(thread.linger);
    const { promise, resolve, reject } = Promise.withResolvers<Loaded>();
    thread.waiters.push({ resolve, reject, leases: [] });
    thread.worker.postMessage(work);
    return promise;
  };

  return {
    open: async () => (await ask({ type: 'open' })).foldedThrough,
    fold: async (through) => void (await ask({ type: 'fold', through })),
    load: async (network) => (await ask({ type: 'load', network })).leases,
    adopt: async (homes) => (await ask({ type: 'adopt', homes })).adopted,
    close: async () => {
      if (running !== null) await end(running);
    },
  };
}
