/** What Ironic hangs on a node and ingot's drivers have little of: VIFs and virtual media. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { unsupported } from '../../../lifecycle/management.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody } from '../../parse.ts';
import { findNode } from '../idents.ts';
import { refuseBefore } from '../since.ts';

const SINCE = { vifs: 28, vmedia: 89, vmediaList: 93 } as const;

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
}
