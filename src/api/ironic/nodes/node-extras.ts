/** What Ironic hangs on a node and ingot's drivers have little of: VIFs, vendor methods, virtual media, RAID. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import { notYet } from '../../../lifecycle/interfaces.ts';
import { unsupported } from '../../../lifecycle/management.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody } from '../../parse.ts';
import { findNode } from '../idents.ts';
import { notAcceptable, refuseBefore } from '../since.ts';

const SINCE = { raid: 12, vifs: 28, vmedia: 89, vmediaList: 93 } as const;

/** The methods that a vendor's own may be asked with. */
export const PASSTHRU_METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

export const raidBody = z.looseObject({});
export const vifBody = z.looseObject({ id: z.string().min(1).max(255) });

type WithIdent = { Params: { ident: string } };
type WithPart = { Params: { ident: string; part: string } };

export function nodeExtraRoutes(app: FastifyInstance, { store }: ApiContext): void {
  // Every node has the network interface `noop`: as in Ironic it takes what comes, and keeps nothing.
  app.post<WithIdent>('/v1/nodes/:ident/vifs', async (request, reply) => {
    refuseBefore(SINCE.vifs, request);
    parseBody(vifBody, request.body ?? {}, 'vif');
    await findNode(store, request.params.ident);
    return reply.code(204).send();
  });
  app.delete<WithPart>('/v1/nodes/:ident/vifs/:part', async (request, reply) => {
    refuseBefore(SINCE.vifs, request);
    await findNode(store, request.params.ident);
    return reply.code(204).send();
  });

  app.get<WithIdent>('/v1/nodes/:ident/vendor_passthru/methods', async (request) => {
    await findNode(store, request.params.ident);
    return {};
  });
  const noMethod = async (ident: string, method: string | null): Promise<never> => {
    await findNode(store, ident);
    if (method === null)
      throw new IngotError('invalid_input', 'Missing mandatory parameter: method', {
        hint: 'Name it in the path: …/vendor_passthru/METHOD.',
      });
    throw new IngotError('invalid_input', `No handler for method ${method}`, {
      hint: 'No driver of ingot has vendor methods.',
    });
  };
  for (const method of PASSTHRU_METHODS) {
    app.route<WithIdent & { Querystring: { method?: string } }>({
      method,
      url: '/v1/nodes/:ident/vendor_passthru',
      handler: ({ params, query }) => noMethod(params.ident, query.method ?? null),
    });
    app.route<WithPart>({
      method,
      url: '/v1/nodes/:ident/vendor_passthru/:part',
      handler: ({ params }) => noMethod(params.ident, params.part),
    });
  }

  app.get<WithIdent>('/v1/nodes/:ident/vmedia', async (request) => {
    refuseBefore(SINCE.vmediaList, request);
    throw unsupported(await findNode(store, request.params.ident), 'get_virtual_media');
  });
  app.post<WithIdent>('/v1/nodes/:ident/vmedia', async (request) => {
    refuseBefore(SINCE.vmedia, request);
    throw unsupported(await findNode(store, request.params.ident), 'attach_virtual_media');
  });
  app.delete<WithIdent>('/v1/nodes/:ident/vmedia', async (request) => {
    refuseBefore(SINCE.vmedia, request);
    throw unsupported(await findNode(store, request.params.ident), 'detach_virtual_media');
  });

  app.put<WithIdent>('/v1/nodes/:ident/states/raid', async (request, reply) => {
    if (request.minor < SINCE.raid) throw notAcceptable('raid', SINCE.raid);
    const node = await findNode(store, request.params.ident);
    // What is not there may be unset.
    if (Object.keys(parseBody(raidBody, request.body, 'target_raid_config')).length === 0)
      return reply.code(204).send();
    const said = `Driver ${node.driver} does not support raid (disabled or not implemented).`;
    const unbuilt = notYet(node, 'raid');
    const hint =
      unbuilt === null ? 'No driver of ingot configures RAID yet.' : `Node ${node.uuid}: ${unbuilt}.`;
    throw new IngotError('not_found', said, { hint });
  });
}
