/** `PUT /v1/nodes/{id}/states/raid`: the volumes a node shall have. Only pretended hardware takes any. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { isFake, notYet } from '../../../lifecycle/interfaces.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { ApiContext } from '../../context.ts';
import { parseAs, parseBody } from '../../parse.ts';
import { jsonObject } from '../../schemas/common.ts';
import { findNode } from '../idents.ts';
import { refuseWhileAtWork } from '../locked.ts';
import { raidConfig } from '../raid-properties.ts';
import { notAcceptable } from '../since.ts';

const SINCE = 12;

/** Any object here: what pretended hardware wants to find in it, `raidConfig` says. */
export const raidBody = jsonObject;

type WithIdent = { Params: { ident: string } };

export function raidRoutes(app: FastifyInstance, { write }: ApiContext): void {
  app.put<WithIdent>('/v1/nodes/:ident/states/raid', async (request, reply) => {
    if (request.minor < SINCE) throw notAcceptable('raid', SINCE);
    await write(request, async (queries) => {
      const node = await findNode(queries, request.params.ident);
      const target = parseBody(raidBody, request.body, 'target_raid_config');
      await refuseWhileAtWork(queries, node);
      // What is asked for may be unset, whatever the driver.
      const isUnset = Object.keys(target).length === 0;
      if (!isUnset) refuseRaid(node, target);
      await queries.nodes.update(node.uuid, { target_raid_config: target });
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'node.updated',
        message: `The RAID volumes that it shall have were ${isUnset ? 'unset' : 'set'}`,
        data: { fields: ['target_raid_config'] },
      });
    });
    return reply.code(204).send();
  });
}

function refuseRaid(node: NodeRecord, target: JsonObject): void {
  if (isFake(node, 'raid')) {
    parseAs(raidConfig, target, 'RAID config validation error');
    return;
  }
  const said = `Driver ${node.driver} does not support raid (disabled or not implemented).`;
  const unbuilt = notYet(node, 'raid');
  const hint =
    unbuilt === null ? 'No driver of ingot configures RAID yet.' : `Node ${node.uuid}: ${unbuilt}.`;
  throw new IngotError('not_found', said, { hint });
}
