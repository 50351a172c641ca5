/** `POST /lcm/v1/nodes/{uuid}/status`: the deployed OS reports, with the token of its config drive. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { AgentApiDeps } from '../deps.ts';
import { parseBody } from '../parse.ts';
import { uuid } from '../schemas/common.ts';
import { lcmStatusBody } from '../schemas/lcm.ts';

export function lcmStatusRoutes(app: FastifyInstance, { lifecycle }: AgentApiDeps): void {
  app.post<{ Params: { uuid: string } }>('/lcm/v1/nodes/:uuid/status', async (request, reply) => {
    const token = /^Bearer ([\w.~+/=-]{1,1024})$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      reply.header('WWW-Authenticate', 'Bearer');
      throw new IngotError('unauthorized', 'The status call carries no token', {
        hint: 'Send "Authorization: Bearer TOKEN" with the token of the config drive.',
      });
    }
    const node = parseBody(uuid, request.params.uuid, 'status');
    const report = parseBody(lcmStatusBody, request.body, 'status');
    await lifecycle.lcmStatus(node, token, {
      status: report.status,
      message: report.message ?? null,
      hostname: report.hostname ?? null,
      addresses: report.addresses,
    });
    return reply.code(204).send();
  });
}
