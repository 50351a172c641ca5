/**
 * Leases on disk. What is appended is gathered while a flush is under way, and for a moment more when there is much,
 * leaves as one frame for the lease log (`leases.log.*`) with the next one (group commit), and each is told when it is
 * durable: only then may its ACK leave. The lease keeper waits for the disk, nobody else. A segment of the log that is
 * full, or a minute old, is folded into `leases.db` by a thread that exists for as long as that takes.
 */
import { getPriority } from 'node:os';
import type { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { createRequestRate } from '../../net/request-rate.ts';
import type { DhcpNotice } from '../notice.ts';
import type { Adoption, Homes } from './journal/adoption.ts';
import { encodeEntries, type JournalEntry } from './journal/entries.ts';
import { writeFailure } from './journal/failures.ts';
import { type Keeper, startKeeper } from './journal/keeper.ts';
import { damageNotice } from './journal/log-damage.ts';
import { LogSpace } from './journal/log-space.ts';
import { segmentPaths } from './journal/segment-file.ts';
import { createTableHost, type TableHost } from './journal/table-host.ts';
import type { Lease } from './lease.ts';

export type { JournalEntry } from './journal/entries.ts';

export type LeaseJournal = {
  /** The network's leases, the oldest end first; one an address. */
  load(network: string): Promise<readonly Lease[]>;
  /** `done` gets null when the leases are on disk, else why they are not. */
  append(entry: JournalEntry, done: Done): void;
  /** Resolves when all that was appended has been told about. */
  flush(): Promise<void>;
  /** Flushes, folds, and ends the threads. */
  close(): Promise<void>;
};

/** A journal whose threads may be asked whether they still work. */
export type WatchedJournal = LeaseJournal & {
  /** Gives leases of networks that are no more to those that have their addresses; before anything is loaded. */
  adopt(homes: Homes): Promise<readonly Adoption[]>;
  /** Resolves when the write that is under way has ended, well or not; at once when there is none. */
  answers(): Promise<void>;
};

type Done = (failure: IngotError | null) => void;
type Waiting = { readonly entry: JournalEntry; readonly done: Done };

export type LeaseJournalParts = {
  /** Of `leases.db`. */
  readonly path: string;
  readonly keeper: Keeper;
  readonly table: TableHost;
  readonly space: LogSpace;
  readonly log: Pick<Log, 'error'>;
};

/** Two in turns; some 80,000 leases in each. */
const LOG = { segments: 2, segmentBytes: 8 * 1024 * 1024 } as const;
/** Entries in one frame. */
const MOST_ENTRIES = 1024;
/** Leases in one frame, of up to 1 KB each: half a segment. */
const MOST_LEASES = 4096;
/** Entries that wait: when a disk is so slow that there are more, the clients of the first ones have given up. */
const MOST_WAITING = 8192;
/**
 * From so many entries a second on, the next frame waits a little for more of them: a flush costs the CPU as much as
 * several exchanges do, and machines that ask this often have no CPU to spare.
 */
const MANY = { perSecond: 2_000, burst: 50, maxAddresses: 1 } as const;
const GATHER_MS = 1;
/** The log runs ahead of `leases.db` for no longer than this. */
const FOLD_MS = 60_000;
const RETRY_FOLD_MS = 15_000;

export type JournalListeners = {
  readonly log: Pick<Log, 'error'>;
  /** Of what of the log cannot be read; each place once. */
  readonly onNotice: (notice: DhcpNotice) => void;
};

/** @throws IngotError `environment` when a file cannot be opened, is damaged, or is of a newer ingot. */
export async function openLeaseJournal(
  path: string,
  { log, onNotice }: JournalListeners,
): Promise<WatchedJournal> {
  const table = createTableHost({ ...LOG, path, niceness: getPriority(process.pid) }, (damage) =>
    onNotice(damageNotice(damage)),
  );
  try {
    const last = await table.open();
    const keeper = startKeeper(segmentPaths(path, LOG.segments));
    return new LoggedJournal({ path, log, table, keeper, space: new LogSpace(LOG, last) });
  } catch (thrown) {
    await table.close();
    throw thrown;
  }
}

export class LoggedJournal implements WatchedJournal {
  readonly #parts: LeaseJournalParts;
  #waiting: Waiting[] = [];
  #turn: NodeJS.Immediate | null = null;
  readonly #rate = createRequestRate(MANY);
  /** Of the entries that wait some came too fast after each other. */
  #isBusy = false;
  #gathering: NodeJS.Timeout | null = null;
  #underWay = false;
  /** Told when nothing waits any more. */
  #flushes: (() => void)[] = [];
  /** Told when the write under way has ended. */
  #answers: (() => void)[] = [];
  #folding: Promise<void> = Promise.resolve();
  /** Sequence of the last frame that `leases.db` has; opening folded all that the log held. */
  #folded: number;
  #foldTimer: NodeJS.Timeout | null = null;

  constructor(parts: LeaseJournalParts) {
    this.#parts = parts;
    this.#folded = parts.space.durable;
  }

  async adopt(homes: Homes): Promise<readonly Adoption[]> {
    return await this.#parts.table.adopt(homes);
  }

  async load(network: string): Promise<readonly Lease[]> {
    await this.flush();
    await this.#fold();
    return await this.#parts.table.load(network);
  }

  append(entry: JournalEntry, done: Done): void {
    if (this.#waiting.length >= MOST_WAITING) {
      done(writeFailure(this.#parts.path, 'the disk does not keep up'));
      return;
    }
    this.#waiting.push({ entry, done });
    if (!this.#rate.allows('entries', performance.now())) this.#isBusy = true;
    // Whoever comes in the same turn of the event loop shares the flush.
    if (!this.#underWay && this.#gathering === null) this.#turn ??= setImmediate(() => this.#write());
  }

  async flush(): Promise<void> {
    this.#write();
    if (!this.#underWay) return;
    await new Promise<void>((resolve) => this.#flushes.push(resolve));
  }

  async answers(): Promise<void> {
    if (this.#underWay) await new Promise<void>((resolve) => this.#answers.push(resolve));
  }

  async close(): Promise<void> {
    const { table, keeper, log } = this.#parts;
    await this.flush();
    if (this.#foldTimer !== null) clearTimeout(this.#foldTimer);
    // What cannot be folded now is folded at the next start.
    await this.#fold().catch((error: IngotError) => log.error({ hint: error.hint }, error.message));
    await keeper.stop();
    await table.close();
  }

  #write(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#turn = null;
    this.#gathering = null;
    if (this.#underWay || this.#waiting.length === 0) return;
    const { keeper, space, path } = this.#parts;
    const batch = this.#waiting.splice(0, frameful(this.#waiting));
    const full = space.full.length;
    const frame = space.place(encodeEntries(batch.map(({ entry }) => entry)));
    if (space.full.length > full) this.#foldIn(0);
    if (frame === null) {
      this.#settle(batch, writeFailure(path, 'the lease log is full, and leases.db takes nothing'));
      return;
    }
    this.#underWay = true;
    keeper.write(frame, (failure) => {
      this.#underWay = false;
      for (const resolve of this.#answers.splice(0)) resolve();
      if (failure === null) {
        space.kept(frame);
        this.#foldIn(FOLD_MS);
      }
      this.#settle(batch, failure === null ? null : writeFailure(path, failure));
    });
  }

  #settle(batch: readonly Waiting[], failure: IngotError | null): void {
    for (const { done } of batch) {
      // A defect in what follows one machine's lease must not end the thread, nor keep the others from theirs.
      try {
        done(failure);
      } catch (thrown) {
        this.#parts.log.error(
          { error: String(thrown) },
          'a defect after leases were written: please report it',
        );
      }
    }
    if (this.#isBusy && this.#flushes.length === 0)
      this.#gathering = setTimeout(() => this.#write(), GATHER_MS);
    else this.#write();
    this.#isBusy = false;
    if (this.#underWay) return;
    for (const resolve of this.#flushes.splice(0)) resolve();
  }

  /** Folds what is durable by now, if it is not folded yet; one fold after the other. */
  #fold(): Promise<void> {
    const { table, space } = this.#parts;
    const fold = async (): Promise<void> => {
      const { durable, full } = space;
      // Each fold starts a thread.
      if (durable > this.#folded) await table.fold(durable);
      this.#folded = durable;
      space.release(full);
    };
    this.#folding = this.#folding.catch(() => undefined).then(fold);
    return this.#folding;
  }

  #foldIn(ms: number): void {
    if (this.#foldTimer !== null && ms > 0) return;
    if (this.#foldTimer !== null) clearTimeout(this.#foldTimer);
    const { log } = this.#parts;
    this.#foldTimer = setTimeout(() => {
      this.#foldTimer = null;
      this.#fold().catch((error: IngotError) => {
        log.error({ hint: error.hint }, error.message);
        this.#foldIn(RETRY_FOLD_MS);
      });
    }, ms).unref();
  }
}

/** How many of those that wait, from the first, one frame holds: at least one. */
function frameful(waiting: readonly Waiting[]): number {
  let count = 0;
  let leases = 0;
  for (const { entry } of waiting.slice(0, MOST_ENTRIES)) {
    leases += entry.leases.length;
    if (count > 0 && leases > MOST_LEASES) break;
    count++;
  }
  return count;
}
