/** Queries on `inventories`: what the last inspection found, one row a node. */
import { decodeObject, encode } from './columns.ts';
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';

export function inventoryQueries({ db, now }: Access): Queries['inventories'] {
  return {
    async put(nodeUuid, inventory, pluginData) {
      const node = db.selectFrom('nodes').where('uuid', '=', nodeUuid);
      const columns = {
        ...encode({ inventory, plugin_data: pluginData, created_at: now() }),
        // 0, as before any boot, only for a node that does not exist: the foreign key refuses that row.
        boot_generation: (await node.select('boot_generation').executeTakeFirst())?.boot_generation ?? 0,
      };
      await db
        .insertInto('inventories')
        .values({ node_uuid: nodeUuid, ...columns })
        .onConflict((conflict) => conflict.column('node_uuid').doUpdateSet(columns))
        .execute();
    },
    async get(nodeUuid) {
      const row = await db
        .selectFrom('inventories')
        .selectAll()
        .where('node_uuid', '=', nodeUuid)
        .executeTakeFirst();
      if (row === undefined) return null;
      const where = `inventories, node ${nodeUuid}`;
      return {
        ...row,
        inventory: decodeObject(row.inventory, where),
        plugin_data: decodeObject(row.plugin_data, where),
      };
    },
  };
}
