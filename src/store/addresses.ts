/** Queries on `addresses`: which node has which address on which of our networks. */
import { IngotError } from '../errors.ts';
import { violatesForeignKey } from './columns.ts';
import { nodeNotFound } from './nodes.ts';
import type { Queries } from './store.ts';
import type { Access } from './tables.ts';

export function addressQueries({ db, now }: Access): Queries['addresses'] {
  return {
    async claim(network, address, nodeUuid) {
      const holder = await db
        .selectFrom('addresses')
        .selectAll()
        .where('network', '=', network)
        .where('address', '=', address)
        .executeTakeFirst();
      if (holder?.node_uuid === nodeUuid) return holder;
      if (holder !== undefined) {
        throw new IngotError(
          'conflict',
          `Address ${address} of network ${network} belongs to node ${holder.node_uuid}.`,
          { hint: 'Give the node another address of the network, or delete the node that has this one.' },
        );
      }
      const record = { network, address, node_uuid: nodeUuid, created_at: now() };
      try {
        await db.insertInto('addresses').values(record).execute();
      } catch (thrown) {
        throw violatesForeignKey(thrown) ? nodeNotFound(nodeUuid) : thrown;
      }
      return record;
    },
    async listByNetwork(network) {
      return await db.selectFrom('addresses').selectAll().where('network', '=', network).execute();
    },
    async listByNode(nodeUuid) {
      return await db.selectFrom('addresses').selectAll().where('node_uuid', '=', nodeUuid).execute();
    },
    async release(network, nodeUuid) {
      await db
        .deleteFrom('addresses')
        .where('network', '=', network)
        .where('node_uuid', '=', nodeUuid)
        .execute();
    },
  };
}
