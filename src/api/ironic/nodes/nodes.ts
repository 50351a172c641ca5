/** `/v1/nodes`: list, show, create, patch, delete. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NodeRecord } from '../../../store/records/node.ts';
import { NODE_SORT_KEYS } from '../../../store/store.ts';
import { isTheirs, ownedBy } from '../../access/own.ts';
import { forbidden } from '../../access/policies.ts';
import { type Principal, principalOf } from '../../access/principal.ts';
import { visibleNode } from '../../access/visible-node.ts';
import { type ApiContext, jobsToTell, showNode, viewpointOf } from '../../context.ts';
import { parseBody, parseQuery, unexpected } from '../../parse.ts';
import { patchedFields } from '../../patch.ts';
import { nodeListQuery, nodePatchQuery, nodeShowQuery } from '../../schemas/node.ts';
import { patchSchema } from '../../schemas/patch.ts';
import { giveUpAllocation } from '../allocations/allocation-rules.ts';
import { findChassis, findNode } from '../idents.ts';
import { judgeShown, pageAsked } from '../listing.ts';
import { refuseWhileLocked } from '../locked.ts';
import { nextLink, plainQuery } from '../paging.ts';
import { givesOwner, refuseNewOwner } from './new-owner.ts';
import { NODE_FIELDS, NODE_LIST_FIELDS } from './node-fields.ts';
import { linksOf } from './node-links.ts';
import { nodePage, refuseNewerFilters } from './node-list.ts';
import { refuseDelete, refuseParentOf, refuseUpdate } from './node-rules.ts';
import { askedFields, nodeView, selectNodeFields } from './node-view.ts';
import { newNode, nodeChanges } from './node-write.ts';

type WithIdent = { Params: { ident: string } };

export function nodeRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, drivers, hostname, write } = context;

  const list = async (request: FastifyRequest, allFields: boolean, chassis?: string): Promise<object> => {
    const plain = plainQuery(request.query);
    if (allFields && plain.fields !== undefined) throw unexpected('fields');
    const asked = parseQuery(nodeListQuery, plain);
    const query = chassis === undefined ? asked : { ...asked, chassis_uuid: chassis };
    judgeShown(query, request.minor);
    refuseNewerFilters(query, request.minor);
    const names =
      allFields || query.detail === true
        ? null
        : query.fields === undefined
          ? NODE_LIST_FIELDS.filter((name) => name !== 'name' || request.minor >= 5)
          : askedFields(query.fields, request.minor);
    const fields = selectNodeFields(names, request.minor);
    const viewer = principalOf(request);
    refuseOthersProject(viewer, query.project);
    const page = pageAsked(query, NODE_SORT_KEYS, NODE_FIELDS);
    if (page.marker !== undefined) await visibleNode(viewer, store, page.marker);
    const elsewhere = query.conductor !== undefined && query.conductor !== hostname;
    const nodes = elsewhere ? [] : await nodePage(store, query, { ...page, mayShow: mayShow(viewer) });
    const jobs = await jobsToTell(store, nodes, fields);
    const viewpoint = viewpointOf(context, request);
    const views = nodes.map((node) =>
      nodeView({ ...viewpoint, node, job: jobs.get(node.uuid) ?? null }, fields),
    );
    const within = chassis === undefined ? '' : `chassis/${chassis}/`;
    const url = `${viewpoint.base}/v1/${within}nodes${allFields ? '/detail' : ''}`;
    return { nodes: views, ...nextLink({ url, query: plain, size: page.limit, items: nodes }) };
  };
  app.get('/v1/nodes', (request) => list(request, false));
  app.get('/v1/nodes/detail', (request) => list(request, true));
  app.get<WithIdent>('/v1/chassis/:ident/nodes', async (request) =>
    list(request, false, (await findChassis(store, request.params.ident)).uuid),
  );
  app.get<WithIdent>('/v1/chassis/:ident/nodes/detail', async (request) =>
    list(request, true, (await findChassis(store, request.params.ident)).uuid),
  );

  app.post('/v1/nodes', async (request, reply) => {
    const viewer = principalOf(request);
    const node = newNode(ownedBy(viewer, request.body), { minor: request.minor, drivers }, randomUUID);
    const stored = await store.transaction(async (queries) => {
      const links = await linksOf(queries, { node: { owner: null, ...node }, fields: node, viewer });
      const record = await queries.nodes.insert({ ...node, ...links });
      await queries.events.append({
        node_uuid: record.uuid,
        kind: 'node.created',
        message: `Node ${record.name ?? record.uuid} was enrolled with driver ${record.driver}`,
      });
      return record;
    });
    const source = { ...viewpointOf(context, request), node: stored, job: null };
    return reply
      .code(201)
      .header('Location', `${source.base}/v1/nodes/${stored.uuid}`)
      .send(nodeView(source, selectNodeFields(null, request.minor)));
  });

  app.get<WithIdent>('/v1/nodes/:ident', async (request) => {
    const query = parseQuery(nodeShowQuery, plainQuery(request.query));
    const names = query.fields === undefined ? null : askedFields(query.fields, request.minor);
    const node = await findNode(store, request.params.ident);
    return showNode(context, request, { node, fields: selectNodeFields(names, request.minor) });
  });

  app.patch<WithIdent>('/v1/nodes/:ident', async (request) => {
    const { reset_interfaces: resetInterfaces = false } = parseQuery(
      nodePatchQuery,
      plainQuery(request.query),
    );
    const viewer = principalOf(request);
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const node = await findNode(queries, request.params.ident);
      if (patch.length === 0) return node;
      const changes = nodeChanges(node, patch, { minor: request.minor, drivers, resetInterfaces });
      refuseUpdate(node, changes, { patch, ident: request.params.ident, minor: request.minor });
      if (givesOwner(patch)) await refuseNewOwner(queries, node, viewer);
      const links = await linksOf(queries, { node, fields: changes, viewer });
      if (changes.instance_uuid === null) await giveUpAllocation(queries, node);
      const record = await queries.nodes.update(node.uuid, { ...changes, ...links });
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'node.updated',
        message: `Node ${record.name ?? record.uuid} was changed: ${patchedFields(patch).join(', ')}`,
        data: { fields: patchedFields(patch) },
      });
      return record;
    });
    return showNode(context, request, { node: stored, fields: selectNodeFields(null, request.minor) });
  });

  app.delete<WithIdent>('/v1/nodes/:ident', async (request, reply: FastifyReply) => {
    await write(request, async (queries) => {
      const node = await findNode(queries, request.params.ident);
      refuseDelete(node);
      // For nodes that nobody can help: with the row its job ends, of which the engine hears by the event.
      const cut = node.maintenance ? await queries.jobs.runningOf(node.uuid) : null;
      if (cut === null) await refuseWhileLocked(queries, node);
      refuseParentOf(node, await queries.nodes.childrenOf(node.uuid));
      const ports = await queries.ports.listByNode(node.uuid);
      await queries.nodes.delete(node.uuid);
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'node.deleted',
        message:
          `Node ${node.name ?? node.uuid} was deleted with its ${ports.length} ports` +
          (cut === null ? '' : `, while the job "${cut.verb}" worked on it`),
        data: {
          macs: ports.map((port) => port.address),
          ...(cut === null ? {} : { job: cut.id, verb: cut.verb }),
        },
      });
    });
    return reply.code(204).send();
  });
}

/** Throws `forbidden` where a project asks for another's nodes: the list of all is the site's. */
function refuseOthersProject(viewer: Principal, asked: string | undefined): void {
  if (viewer.project === null || asked === undefined || asked === viewer.project) return;
  throw forbidden('node:list_all', viewer);
}

/** Null: all, which the store pages by itself. */
function mayShow(viewer: Principal): ((node: NodeRecord) => boolean) | null {
  return viewer.project === null ? null : (node) => isTheirs(viewer, node);
}
