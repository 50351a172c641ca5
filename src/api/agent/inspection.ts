/** `/v1/continue_inspection`: the ramdisk tells what it found. */
import type { FastifyInstance } from 'fastify';
import type { AgentApiDeps } from '../deps.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { inspectionBody, inspectionQuery, pluginData } from '../schemas/agent.ts';
import { BODY_LIMITS, baseUrl } from '../server.ts';
import { callOf, lookupView } from './lookup.ts';
import { isNewInspection, refuseOldInspection } from './since.ts';

export function inspectionRoutes(app: FastifyInstance, { lifecycle }: AgentApiDeps): void {
  app.post('/v1/continue_inspection', { bodyLimit: BODY_LIMITS.inspection }, async (request, reply) => {
    const { node_uuid: nodeUuid = null } = parseQuery(inspectionQuery, request.query);
    refuseOldInspection(request, nodeUuid);
    const { inventory, boot_interface, error } = parseBody(inspectionBody, request.body, 'inspection data');
    const { uuid, lookup } = await lifecycle.continueInspection({
      inventory,
      boot_interface,
      error,
      nodeUuid,
      call: callOf(request),
      plugin_data: pluginData(request.body),
      wantsLookup: isNewInspection(request),
    });
    return reply.code(202).send(lookup === null ? { uuid } : lookupView(lookup, baseUrl(request)));
  });
}
