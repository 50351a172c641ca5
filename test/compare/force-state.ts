/** Puts a node where no call brings it: into the database of a server that runs, Ironic's or ingot's. */
import Database from 'better-sqlite3';
import type { Call } from './call.ts';

/** Both have the table `nodes` with these columns, and no copy of it in memory. */
export function forceState(path: string, { node, more = {}, ...states }: NonNullable<Call['forced']>): void {
  const database = new Database(path, { timeout: 10_000, fileMustExist: true });
  try {
    const columns = { ...states, ...more };
    const sets = Object.keys(columns).map((name) => `${name} = @${name}`);
    const { changes } = database
      .prepare(`UPDATE nodes SET ${sets.join(', ')} WHERE uuid = @node`)
      .run({ ...columns, node });
    if (changes !== 1) throw new Error(`${path} has no node ${node}`);
  } finally {
    database.close();
  }
}
