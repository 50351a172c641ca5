/**
 * A thread that opens `leases.db`, does what it is asked, and is ended again: folding takes its time, and SQLite its
 * memory, only while there is something to fold or load.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../../../errors.ts';
import { useUsualPriority } from '../../../net/thread-priority.ts';
import type { Adoption, Homes } from './adoption.ts';
import { writeFailure } from './failures.ts';
import { type LeaseTable, openLeaseTable } from './lease-table.ts';
import type { LogDamage } from './log-damage.ts';
import { makeSegment, readSegment, segmentPaths } from './segment-file.ts';

export type TableOptions = {
  /** Of `leases.db`; the log's segments lie beside it. */
  readonly path: string;
  readonly segments: number;
  readonly segmentBytes: number;
  /** Niceness of the thread, see nice(1). */
  readonly niceness: number;
};

export type TableWork =
  /** Makes the log's segments where there are none, and folds what they hold. */
  | { readonly type: 'open' }
  /** Folds what the log holds up to that sequence. */
  | { readonly type: 'fold'; readonly through: number }
  | { readonly type: 'load'; readonly network: string }
  | { readonly type: 'adopt'; readonly homes: Homes };

/** `end` closes the file and ends the thread; it has no answer. */
export type TableRequest = TableWork | { readonly type: 'end' };

/** `part`: comes before the answer to `load`, as often as there is more; as `encodeEntries` makes it. */
export type FromTable = TableAnswer | { readonly part: Uint8Array };

export type TableAnswer =
  | {
      readonly ok: true;
      /** Sequence of the last frame whose leases are in the table. */
      readonly foldedThrough: number;
      /** Of `adopt`. */
      readonly adopted: readonly Adoption[];
      /** Of `open` and `fold`: what of the log cannot be read. */
      readonly damage: readonly LogDamage[];
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly hint: string };

function runTableThread(port: MessagePort, options: TableOptions): void {
  // The packet thread's own priority, which its threads inherit (sched(7)), is not for this work.
  useUsualPriority(options.niceness);
  const paths = segmentPaths(options.path, options.segments);
  let opened: LeaseTable | null = null;

  const carryOut = (work: TableWork): TableAnswer => {
    opened ??= openLeaseTable(options.path);
    const table = opened;
    let adopted: readonly Adoption[] = [];
    let damage: readonly LogDamage[] = [];
    const fold = (through: number): readonly LogDamage[] =>
      table
        .fold(paths.map(readSegment), through)
        .map(({ segment, hole }) => ({ file: paths[segment] ?? '', ...hole }));
    switch (work.type) {
      case 'open':
        for (const path of paths) makeSegment(path, options.segmentBytes);
        damage = fold(Number.MAX_SAFE_INTEGER);
        break;
      case 'fold':
        damage = fold(work.through);
        break;
      case 'load':
        for (const part of table.load(work.network)) port.postMessage({ part } satisfies FromTable);
        break;
      case 'adopt':
        adopted = table.adopt(work.homes);
        break;
    }
    return { ok: true, foldedThrough: table.foldedThrough(), adopted, damage };
  };

  port.on('message', (request: TableRequest) => {
    if (request.type === 'end') {
      opened?.close();
      port.close();
      return;
    }
    try {
      port.postMessage(carryOut(request));
    } catch (thrown) {
      const { code, message, hint } = writeFailure(options.path, thrown);
      port.postMessage({ ok: false, code, message, hint } satisfies TableAnswer);
    }
  });
}

// Without a parent it is only loaded, to be compiled (`ingot serve --compile`).
if (parentPort !== null) runTableThread(parentPort, workerData as TableOptions);
