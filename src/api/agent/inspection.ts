/** `/v1/continue_inspection`: the ramdisk tells what it found. */
import type { FastifyInstance } from 'fastify';
import type { AgentApiDeps } from '../deps.ts';
import { parseBody } from '../parse.ts';
import { inspectionBody, pluginData } from '../schemas/agent.ts';
import { BODY_LIMITS } from '../server.ts';

export function inspectionRoutes(app: FastifyInstance, { lifecycle }: AgentApiDeps): void {
  app.post('/v1/continue_inspection', { bodyLimit: BODY_LIMITS.inspection }, async (request, reply) => {
    const { inventory, boot_interface, error } = parseBody(inspectionBody, request.body, 'inspection data');
    const uuid = await lifecycle.continueInspection({
      inventory,
      boot_interface,
      error,
      plugin_data: pluginData(request.body),
    });
    return reply.code(202).send({ uuid });
  });
}
