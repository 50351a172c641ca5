/** `/v1/nodes/{id}/states/console`. Only pretended hardware has one: it is switched, and leads nowhere. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isFake } from '../../../lifecycle/interfaces.ts';
import { unsupported } from '../../../lifecycle/management.ts';
import type { ApiContext } from '../../context.ts';
import { parseArguments } from '../../parse.ts';
import { looseBoolean } from '../../schemas/common.ts';
import { baseUrl } from '../../server.ts';
import { findNode } from '../idents.ts';
import { refuseWhileAtWork } from '../locked.ts';

export const consoleBody = z.strictObject({ enabled: looseBoolean });

type WithIdent = { Params: { ident: string } };

export function consoleRoutes(app: FastifyInstance, { store, write }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/states/console', async (request) => {
    const { console_enabled } = await findNode(store, request.params.ident);
    return { console_enabled, console_info: console_enabled ? {} : null };
  });
  app.put<WithIdent>('/v1/nodes/:ident/states/console', async (request, reply) => {
    const { ident } = request.params;
    const { enabled } = parseArguments(consoleBody, request.body, { what: 'console', mandatory: 'enabled' });
    await write(request, async (queries) => {
      const node = await findNode(queries, ident);
      if (!isFake(node, 'console')) throw unsupported(node, 'console');
      if (node.console_enabled === enabled) return;
      await refuseWhileAtWork(queries, node);
      await queries.nodes.update(node.uuid, { console_enabled: enabled, last_error: null });
      const message = `The console was switched ${enabled ? 'on' : 'off'}`;
      await queries.events.append({ node_uuid: node.uuid, kind: 'node.managed', message });
    });
    return reply
      .code(202)
      .header('Location', `${baseUrl(request)}/v1/nodes/${ident}/states/console`)
      .send();
  });
}
