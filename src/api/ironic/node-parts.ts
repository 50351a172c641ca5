/** What hangs on a node besides its states: validation and inventory. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from './idents.ts';
import { validateNode } from './validate.ts';

type WithIdent = { Params: { ident: string } };

export function nodePartRoutes(app: FastifyInstance, { store }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/validate', async (request) =>
    validateNode(await findNode(store, request.params.ident)),
  );

  app.get<WithIdent>('/v1/nodes/:ident/inventory', async (request) => {
    const node = await findNode(store, request.params.ident);
    const record = await store.inventories.get(node.uuid);
    if (record !== null) return { inventory: record.inventory, plugin_data: record.plugin_data };
    throw new IngotError('not_found', `Node inventory record for node ${node.uuid} could not be found.`, {
      hint: `Inspect the node first: \`ingot node inspect ${node.name ?? node.uuid}\`.`,
    });
  });

  app.get<WithIdent>('/v1/nodes/:ident/traits', async (request) => {
    await findNode(store, request.params.ident);
    return { traits: [] };
  });
}
