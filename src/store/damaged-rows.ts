/** Rows that were damaged by hand or by a disk: a list shows the others, and each damaged one is told of once. */
import { IngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { NewEvent } from './records/event.ts';

/** Told of at most, in one life of the daemon. */
const MOST_TOLD = 1_000;

/** Takes what a row's reader threw; null: the row is of no node. */
export type TellDamage = (error: IngotError, nodeUuid: string | null) => void;

export type DamagedRows = {
  readonly tell: TellDamage;
  /** A sentence for each that was met so far. */
  list(): readonly string[];
};

/** `append` is called in a turn of its own: a row may be met inside a transaction, of which the event is no part. */
export function createDamagedRows(log: Log, append: (event: NewEvent) => Promise<unknown>): DamagedRows {
  const met = new Set<string>();
  return {
    tell: ({ message, hint, cause }, node_uuid) => {
      const sentence = `${message} ${hint}`;
      if (met.has(sentence) || met.size >= MOST_TOLD) return;
      met.add(sentence);
      log.error({ error: message, hint, cause: String(cause) }, 'a row of the database cannot be read');
      const event: NewEvent = { node_uuid, kind: 'daemon.problem', severity: 'error', message: sentence };
      setImmediate(() => {
        append(event).catch((error: unknown) => log.warn({ error: String(error) }, 'an event was lost'));
      });
    },
    list: () => [...met],
  };
}

type Owned = { readonly node_uuid?: string | null };

/**
 * A page that is full without the rows that cannot be read: who reads on takes a short page for the last one. `rowsOf`
 * gives the next rows after one of them (null: the first), as many as it is asked for.
 */
export async function fullPage<R, T>(
  limit: number | undefined,
  rowsOf: (after: R | null, limit: number | undefined) => Promise<readonly R[]>,
  read: (rows: readonly R[]) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  let after: R | null = null;
  for (;;) {
    const wanted = limit === undefined ? undefined : limit - found.length;
    const rows: readonly R[] = await rowsOf(after, wanted);
    found.push(...read(rows));
    after = rows.at(-1) ?? null;
    if (found.length === limit || rows.length !== wanted) return found;
  }
}

/** What can be read of the rows, in their order. `nodeOf`: whose they are, where no `node_uuid` says so. */
export function readable<R extends object, T>(
  rows: readonly R[],
  decode: (row: R) => T,
  tell: TellDamage,
  nodeOf: (row: R & Owned) => string | null = (row) => row.node_uuid ?? null,
): readonly T[] {
  return rows.flatMap((row) => {
    try {
      return [decode(row)];
    } catch (thrown) {
      if (!(thrown instanceof IngotError) || thrown.code !== 'damaged_row') throw thrown;
      tell(thrown, nodeOf(row));
      return [];
    }
  });
}
