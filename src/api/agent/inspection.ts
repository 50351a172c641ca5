/** `/v1/continue_inspection`: the ramdisk tells what it found. */
import type { FastifyInstance } from 'fastify';
import { parseMac } from '../../net/mac.ts';
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
    const call = callOf(request);
    // Before the inspection goes on: then the ramdisk may not be expected any more.
    const lookup = isNewInspection(request)
      ? await lifecycle.agentLookup({
          macs: inventory.interfaces.flatMap(({ mac_address }) => parseMac(mac_address) ?? []),
          ...{ node_uuid: nodeUuid, call },
        })
      : null;
    const uuid = await lifecycle.continueInspection({
      ...{ inventory, boot_interface, error, nodeUuid, call },
      plugin_data: pluginData(request.body),
    });
    return reply.code(202).send(lookup === null ? { uuid } : lookupView(lookup, baseUrl(request)));
  });
}
