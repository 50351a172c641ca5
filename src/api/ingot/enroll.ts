/** `POST /ingot/v1/nodes`: a node and its ports in one transaction, so that an enrolment is whole or not there. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { ownedBy } from '../access/own.ts';
import { principalOf } from '../access/principal.ts';
import { type ApiContext, viewpointOf } from '../context.ts';
import { selectFields, viewOf } from '../ironic/fields.ts';
import { linksOf } from '../ironic/nodes/node-links.ts';
import { nodeView, selectNodeFields } from '../ironic/nodes/node-view.ts';
import { newNode } from '../ironic/nodes/node-write.ts';
import { refuseSmartNicWithoutHost } from '../ironic/ports/port-rules.ts';
import { PORT_FIELDS } from '../ironic/ports/port-view.ts';
import { parseBody } from '../parse.ts';
import { enrollBody } from '../schemas/enroll.ts';
import { MAX_MINOR } from '../version.ts';

export function enrollRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, drivers } = context;
  app.post('/ingot/v1/nodes', async (request, reply) => {
    const { ports, ...body } = parseBody(enrollBody, request.body, 'node');
    const viewer = principalOf(request);
    const node = newNode(ownedBy(viewer, body), { minor: MAX_MINOR, drivers }, randomUUID);
    const stored = await store.transaction(async (queries) => {
      const links = await linksOf(queries, { node: { owner: null, ...node }, fields: node, viewer });
      const record = await queries.nodes.insert({ ...node, ...links });
      const added = [];
      for (const port of ports) {
        refuseSmartNicWithoutHost(port);
        added.push(await queries.ports.insert({ ...port, uuid: randomUUID(), node_uuid: record.uuid }));
      }
      await queries.events.append({
        node_uuid: record.uuid,
        kind: 'node.created',
        message: `Node ${record.name ?? record.uuid} was enrolled with driver ${record.driver} and ${added.length} ports`,
        data: { macs: added.map((port) => port.address) },
      });
      return { record, added };
    });
    const source = { ...viewpointOf(context, request), minor: MAX_MINOR, node: stored.record, job: null };
    const portFields = selectFields(PORT_FIELDS, null, MAX_MINOR);
    return reply.code(201).send({
      node: nodeView(source, selectNodeFields(null, MAX_MINOR)),
      ports: stored.added.map((port) => viewOf(port, portFields, source.base)),
    });
  });
}
