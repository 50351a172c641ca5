/** `/v1/lookup` and `/v1/heartbeat/{id}`: the agent finds its node, then says every while that it is there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AgentCall } from '../../lifecycle/agent-admission.ts';
import type { LookupAnswer } from '../../lifecycle/lifecycle.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import type { JsonObject } from '../../store/records.ts';
import type { AgentApiDeps } from '../deps.ts';
import { resourceLinks } from '../links.ts';
import { MASK, maskInstanceInfo } from '../masking.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { heartbeatBody, lookupQuery } from '../schemas/agent.ts';
import { baseUrl } from '../server.ts';

export function lookupRoutes(app: FastifyInstance, { lifecycle }: AgentApiDeps): void {
  app.get('/v1/lookup', async (request) => {
    const { addresses, node_uuid } = parseQuery(lookupQuery, request.query);
    const answer = await lifecycle.agentLookup({
      macs: addresses,
      node_uuid: node_uuid ?? null,
      call: callOf(request),
    });
    return lookupView(answer, baseUrl(request));
  });

  app.post<{ Params: { ident: string } }>('/v1/heartbeat/:ident', async (request, reply) => {
    const beat = parseBody(heartbeatBody, request.body, 'heartbeat');
    await lifecycle.agentHeartbeat(request.params.ident, {
      callback_url: beat.callback_url,
      agent_token: beat.agent_token,
      agent_version: beat.agent_version ?? null,
      agent_verify_ca: beat.agent_verify_ca ?? null,
      agent_status: beat.agent_status ?? null,
      agent_status_message: beat.agent_status_message ?? null,
    });
    return reply.code(202).send();
  });
}

/** The ticket comes as a header: addresses of requests stand in logs. */
function callOf({ headers, ip, protocol }: FastifyRequest): AgentCall {
  const ticket = headers['x-ingot-ticket'];
  return {
    address: parseIpv4((ip ?? '').replace(/^::ffff:/, '')),
    isPrivate: protocol === 'https',
    ticket: typeof ticket === 'string' ? ticket : null,
  };
}

/** The answer in the shape that ironic-python-agent reads (recorded from Ironic 29.0.5). Pure. */
function lookupView({ node, agent_token, heartbeat_timeout }: LookupAnswer, base: string): JsonObject {
  return {
    node: {
      uuid: node.uuid,
      properties: node.properties,
      instance_info: maskInstanceInfo(node.instance_info),
      driver_internal_info: { agent_secret_token: MASK },
      links: resourceLinks(base, `nodes/${node.uuid}`),
    },
    config: {
      metrics: {
        backend: 'noop',
        prepend_host: false,
        prepend_uuid: false,
        prepend_host_reverse: true,
        global_prefix: null,
      },
      metrics_statsd: { statsd_host: 'localhost', statsd_port: 8125 },
      heartbeat_timeout,
      agent_token,
      agent_token_required: true,
      agent_md5_checksum_enable: false,
      disable_deep_image_inspection: false,
      permitted_image_formats: ['raw', 'gpt', 'qcow2', 'iso'],
      enable_bios_bootloader_install: true,
    },
  };
}
