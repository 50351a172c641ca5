/** Queries on `tokens`: who may call the API with which role. */
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';
import { takenError } from './taken.ts';

export function tokenQueries({ db, now }: Access): Queries['tokens'] {
  return {
    async insert(token) {
      const record = { ...token, created_at: now() };
      try {
        await db.insertInto('tokens').values(record).execute();
      } catch (thrown) {
        const hints = { name: `Choose another name, or first: ingot token revoke ${token.name}` };
        const row = { name: token.name };
        throw takenError(thrown, { table: 'tokens', noun: 'A token', row, hints }) ?? thrown;
      }
      return record;
    },
    async get(id) {
      return (await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
    },
    async list() {
      return await db.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id').execute();
    },
    async delete(id) {
      const { numDeletedRows } = await db.deleteFrom('tokens').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}
