/** Queries on `tokens`: who may call the API with which role. */
import { IngotError } from '../errors.ts';
import { violatesUnique } from './columns.ts';
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';

export function tokenQueries({ db, now }: Access): Queries['tokens'] {
  return {
    async insert(token) {
      const record = { ...token, created_at: now() };
      try {
        await db.insertInto('tokens').values(record).execute();
      } catch (thrown) {
        if (!violatesUnique(thrown, 'tokens.name')) throw thrown;
        throw new IngotError('conflict', `A token with name ${token.name} already exists.`, {
          hint: `Choose another name, or first: ingot token revoke ${token.name}`,
        });
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
