/**
 * Group commit: the units of work that come in one turn of the event loop share one transaction, and so one flush of
 * the disk. Each is a savepoint of its own: one that fails takes back nothing of the others. Nobody hears of a unit
 * before the whole transaction is on disk.
 */
import type { Database } from 'better-sqlite3';
import { tellTrouble } from './database.ts';

/**
 * Milliseconds after which a transaction takes in no more units, so that the first ones do not wait long for the last.
 */
const LONGEST_BATCH_MS = 20;

export type GroupCommit = {
  /**
   * Runs `work` in its turn, never beside another unit. Resolves when its writes are on disk; rejects with what `work`
   * threw, its writes taken back, or with what failed the whole transaction.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when no unit is left. */
  settled(): Promise<void>;
};

type Unit = {
  /** Runs the work to its end and never rejects. */
  readonly run: () => Promise<Result>;
  readonly reject: (error: unknown) => void;
};
/** `tell` is how the caller hears of it, once all is on disk. */
type Result = { readonly thrown: { readonly error: unknown } | null; readonly tell: () => void };

/**
 * `connection`: the one that writes; nobody else begins transactions on it. `gather`: how long a transaction waits for
 * more units before it begins, such as one turn of the event loop.
 */
export function createGroupCommit(
  connection: Database,
  gather: () => Promise<unknown>,
  longestMs: number = LONGEST_BATCH_MS,
): GroupCommit {
  const statements = {
    begin: connection.prepare('BEGIN IMMEDIATE'),
    commit: connection.prepare('COMMIT'),
    rollback: connection.prepare('ROLLBACK'),
    savepoint: connection.prepare('SAVEPOINT unit'),
    takeBack: connection.prepare('ROLLBACK TO unit'),
    release: connection.prepare('RELEASE unit'),
  };
  const queue: Unit[] = [];
  let draining: Promise<void> | null = null;

  const runUnit = async (unit: Unit): Promise<Result> => {
    statements.savepoint.run();
    const result = await unit.run();
    // A full disk makes SQLite give up the whole transaction, with all that the other units had written.
    if (!connection.inTransaction) throw result.thrown?.error ?? new Error('SQLite gave up the transaction');
    if (result.thrown !== null) statements.takeBack.run();
    statements.release.run();
    return result;
  };

  /** One transaction with what is in the queue, and with what comes while it runs. */
  const runBatch = async (): Promise<void> => {
    const units: Unit[] = [];
    const results: Result[] = [];
    try {
      tellTrouble(() => statements.begin.run());
      // Not before: a begin that waits for a lock longer than that would commit nothing, again and again.
      const until = performance.now() + longestMs;
      while (performance.now() < until) {
        const unit = queue.shift();
        if (unit === undefined) break;
        units.push(unit);
        results.push(await runUnit(unit));
      }
      tellTrouble(() => statements.commit.run());
    } catch (error) {
      if (connection.inTransaction) statements.rollback.run();
      // When it could not even begin, those who wait for it are told too, instead of trying for ever.
      for (const unit of units.length > 0 ? units : queue.splice(0)) unit.reject(error);
      return;
    }
    for (const { tell } of results) tell();
  };

  const drain = async (): Promise<void> => {
    // Who comes in the same turn, or while the flush held up the loop, comes along.
    for (await gather(); queue.length > 0; await gather()) await runBatch();
    draining = null;
  };

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        const run = async (): Promise<Result> => {
          try {
            const value = await work();
            return { thrown: null, tell: () => resolve(value) };
          } catch (error) {
            return { thrown: { error }, tell: () => reject(error) };
          }
        };
        queue.push({ run, reject });
        draining ??= drain();
      }),
    settled: async () => {
      while (draining !== null) await draining;
    },
  };
}
