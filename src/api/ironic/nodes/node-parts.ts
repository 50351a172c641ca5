/** What hangs on a node besides its states: validation and inventory. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../../errors.ts';
import type { ApiContext } from '../../context.ts';
import { findNode } from '../idents.ts';
import { refuseBefore } from '../since.ts';
import { validateNode } from './validate.ts';

type WithIdent = { Params: { ident: string } };

export function nodePartRoutes(app: FastifyInstance, { store, secureHttpBoot = false }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/validate', async (request) =>
    validateNode(await findNode(store, request.params.ident), { minor: request.minor, secureHttpBoot }),
  );

  app.get<WithIdent>('/v1/nodes/:ident/inventory', async (request) => {
    refuseBefore(INVENTORY_SINCE, request);
    const node = await findNode(store, request.params.ident);
    const record = await store.inventories.get(node.uuid);
    if (record !== null) return { inventory: record.inventory, plugin_data: record.plugin_data };
    throw new IngotError('not_found', `Node inventory record for node ${node.uuid} could not be found.`, {
      hint: `Inspect the node first: \`ingot node inspect ${node.name ?? node.uuid}\`.`,
    });
  });

  // Every node has the network interface `noop`, which keeps none.
  app.get<WithIdent>('/v1/nodes/:ident/vifs', async (request) => {
    refuseBefore(VIFS_SINCE, request);
    await findNode(store, request.params.ident);
    return { vifs: [] };
  });
}

const INVENTORY_SINCE = 81;
const VIFS_SINCE = 28;
