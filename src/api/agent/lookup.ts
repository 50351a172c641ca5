/** `/v1/lookup` and `/v1/heartbeat/{id}`: the agent finds its node, then says every while that it is there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { AgentCall } from '../../lifecycle/agents/agent-admission.ts';
import type { LookupAnswer } from '../../lifecycle/lifecycle.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { MASK } from '../../secret-words.ts';
import type { AgentApiDeps } from '../deps.ts';
import { refuseNeither } from '../ironic/idents.ts';
import { resourceLinks } from '../links.ts';
import { maskInstanceInfo } from '../masking.ts';
import { parseArguments, parseQuery } from '../parse.ts';
import { AGENT_STATUSES, type HeartbeatBody, heartbeatBody, lookupQuery } from '../schemas/agent.ts';
import { baseUrl } from '../server.ts';
import { refuseNewerFields, refuseOldRamdisk } from './since.ts';

export function lookupRoutes(app: FastifyInstance, { lifecycle }: AgentApiDeps): void {
  app.get('/v1/lookup', async (request) => {
    refuseOldRamdisk(request);
    const { addresses, node_uuid } = parseQuery(lookupQuery, request.query);
    if (addresses.length === 0 && node_uuid === undefined) {
      const said = "At least one of 'addresses' and 'node_uuid' parameters is required";
      throw new IngotError('invalid_input', said, { hint: 'What is no MAC address does not count.' });
    }
    const answer = await lifecycle.agentLookup({
      macs: addresses,
      node_uuid: node_uuid ?? null,
      call: callOf(request),
    });
    return lookupView(answer, baseUrl(request));
  });

  app.post<{ Params: { ident: string } }>('/v1/heartbeat/:ident', async (request, reply) => {
    refuseOldRamdisk(request);
    const beat = parseArguments(heartbeatBody, request.body, {
      what: 'heartbeat',
      mandatory: 'callback_url',
    });
    refuseNewerFields(request, beat);
    refuseNeither('node_ident', request.params.ident);
    const agent_token = tokenIn(beat);
    refuseOddStatus(beat);
    await lifecycle.agentHeartbeat(request.params.ident, {
      callback_url: beat.callback_url,
      agent_token,
      agent_version: beat.agent_version ?? null,
      agent_verify_ca: beat.agent_verify_ca ?? null,
      agent_status: beat.agent_status ?? null,
      agent_status_message: beat.agent_status_message ?? null,
    });
    return reply.code(202).send();
  });
}

/** The ticket comes as a header: addresses of requests stand in logs. */
export function callOf({ headers, ip, protocol }: FastifyRequest): AgentCall {
  const ticket = headers['x-ingot-ticket'];
  return {
    address: parseIpv4((ip ?? '').replace(/^::ffff:/, '')),
    isPrivate: protocol === 'https',
    ticket: typeof ticket === 'string' ? ticket : null,
  };
}

function tokenIn({ agent_token: token }: HeartbeatBody): string {
  if (token != null && token !== '') return token;
  throw new IngotError('invalid_input', 'Agent token is required for heartbeat processing.', {
    hint: 'The look-up gives it, as `config.agent_token`.',
  });
}

function refuseOddStatus({ agent_status: status }: HeartbeatBody): void {
  if (status == null || AGENT_STATUSES.includes(status)) return;
  const known = AGENT_STATUSES.join(',');
  throw new IngotError('invalid_input', `Agent status is invalid. Valid states are ${known}.`, {
    hint: 'Leave it out, or send one of them.',
  });
}

/** The answer in the shape that ironic-python-agent reads (recorded from Ironic 29.0.5). Pure. */
export function lookupView({ node, agent_token, heartbeat_timeout }: LookupAnswer, base: string): JsonObject {
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
