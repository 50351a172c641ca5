/** `/v1/ports`, `/v1/nodes/{id}/ports` and `/v1/portgroups/{id}/ports`. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { LINK_SINCE } from '../../../lifecycle/local-link.ts';
import { missing } from '../../../store/page.ts';
import type { PortgroupRecord, PortRecord } from '../../../store/records/port.ts';
import { PORT_SORT_KEYS, type Queries } from '../../../store/store.ts';
import { projectOf } from '../../access/own.ts';
import { principalOf } from '../../access/principal.ts';
import { nodeInSight, visibleNode } from '../../access/visible-node.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody, parseQuery } from '../../parse.ts';
import { applyPatch, patchedFields } from '../../patch.ts';
import { jsonObject } from '../../schemas/common.ts';
import { patchSchema } from '../../schemas/patch.ts';
import { portCreate, portListQuery, portWritable } from '../../schemas/port.ts';
import { baseUrl } from '../../server.ts';
import { namesIn, only, refuseNewer, selectFields, viewOf } from '../fields.ts';
import { asRequestFault, findNode, findPort, findPortgroup, requiredNode } from '../idents.ts';
import { answerList, shownFields } from '../listing.ts';
import { refuseNodeLocked } from '../locked.ts';
import { plainQuery } from '../paging.ts';
import { notAcceptable, refuseBefore } from '../since.ts';
import { type Done, tellChange } from '../tell.ts';
import { checkMembership, refusePortUpdate, refuseSmartNicWithoutHost } from './port-rules.ts';
import { PORT_FIELDS, PORT_LIST_FIELDS, portAt } from './port-view.ts';

type WithIdent = { Params: { ident: string } };

export const PORT_NAMES_SINCE = 88;
const SINCE = { portgroups: 24, shard: 82, name: PORT_NAMES_SINCE, nodeIdent: 94 } as const;

const LISTED = {
  name: 'ports',
  fields: PORT_FIELDS,
  short: PORT_LIST_FIELDS,
  sortKeys: PORT_SORT_KEYS,
} as const;

const PATCHABLE = Object.keys(portWritable.shape).toSorted();

const PATCH_RULES = {
  mandatory: ['address', 'node_uuid'],
  emptied: { extra: {}, local_link_connection: {}, pxe_enabled: true, is_smartnic: false },
} as const;

type Within = { readonly node?: string; readonly portgroup?: string };

export function portRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, write } = context;
  const whole = (request: FastifyRequest, port: PortRecord): object =>
    viewOf(portAt(port, request.minor), selectFields(PORT_FIELDS, null, request.minor), baseUrl(request));

  /** As one that is not there, where the caller may not know of it. */
  const visibleGroup = async (request: FastifyRequest, ident: string): Promise<PortgroupRecord> => {
    const group = await findPortgroup(store, ident);
    if ((await nodeInSight(principalOf(request), store, group.node_uuid)) !== null) return group;
    throw missing('Portgroup', ident);
  };

  const list = async (
    request: FastifyRequest,
    { path, detailed = false, ...within }: Within & { readonly path: string; readonly detailed?: boolean },
  ): Promise<object> => {
    const query = parseQuery(portListQuery, plainQuery(request.query));
    const { address, shard } = query;
    const portgroup = within.portgroup ?? query.portgroup;
    const node = within.node ?? query.node_uuid ?? query.node;
    if (query.portgroup !== undefined && request.minor < SINCE.portgroups)
      throw notAcceptable('portgroup', SINCE.portgroups);
    if (shard !== undefined && request.minor < SINCE.shard) throw notAcceptable('shard', SINCE.shard);
    if ([node, portgroup, shard].filter((one) => one !== undefined).length > 1) {
      const said = 'Filtering by node, portgroup, or shard simultaneously is not supported.';
      throw new IngotError('invalid_input', said, { hint: 'Give one of them.' });
    }
    return answerList(request, LISTED, {
      path,
      query,
      detailed,
      find: async (page) => {
        const found = await store.ports.page({
          ...page,
          ...projectOf(request),
          ...(address === undefined ? {} : { address }),
          ...(shard === undefined ? {} : { shards: shard }),
          ...(node === undefined
            ? {}
            : { node_uuid: (await visibleNode(principalOf(request), store, node)).uuid }),
          ...(portgroup === undefined
            ? {}
            : { portgroup_uuid: (await visibleGroup(request, portgroup)).uuid }),
        });
        return found.map((port) => portAt(port, request.minor));
      },
    });
  };
  app.get('/v1/ports', (request) => list(request, { path: 'ports' }));
  app.get('/v1/ports/detail', (request) => list(request, { path: 'ports/detail', detailed: true }));
  app.get<WithIdent>('/v1/nodes/:ident/ports', (request) => {
    const node = request.params.ident;
    return list(request, { path: `nodes/${node}/ports`, node });
  });
  app.get<WithIdent>('/v1/nodes/:ident/ports/detail', (request) => {
    const node = request.params.ident;
    return list(request, { path: `nodes/${node}/ports/detail`, detailed: true, node });
  });
  app.get<WithIdent>('/v1/portgroups/:ident/ports', (request) => {
    refuseBefore(SINCE.portgroups, request);
    const portgroup = request.params.ident;
    return list(request, { path: `portgroups/${portgroup}/ports`, portgroup });
  });
  app.get<WithIdent>('/v1/portgroups/:ident/ports/detail', (request) => {
    refuseBefore(SINCE.portgroups, request);
    const portgroup = request.params.ident;
    return list(request, { path: `portgroups/${portgroup}/ports/detail`, detailed: true, portgroup });
  });

  /** The body with the uuid of the node that it names by `node_ident`. */
  const byNodeUuid = async ({ body, minor }: FastifyRequest): Promise<unknown> => {
    const given = jsonObject.safeParse(body);
    if (!given.success || typeof given.data.node_ident !== 'string') return body;
    if (minor < SINCE.nodeIdent) throw notAcceptable('node_ident', SINCE.nodeIdent);
    const { node_ident: ident, ...rest } = given.data;
    const node = await asRequestFault(findNode(store, ident));
    return { ...rest, node_uuid: node.uuid };
  };
  app.post('/v1/ports', async (request, reply) => {
    const fields = parseBody(portCreate, await byNodeUuid(request), 'port');
    refuseNewer(PORT_FIELDS, namesIn(request.body), request.minor);
    refuseNewerLink(fields.local_link_connection, request.minor);
    refuseSmartNicWithoutHost(fields);
    const stored = await store.transaction(async (queries) => {
      await requiredNode(queries, fields.node_uuid);
      const port = { ...fields, uuid: fields.uuid ?? randomUUID() };
      await checkMembership(queries, port, 'created');
      const record = await queries.ports.insert(port);
      await tell(queries, record, 'created');
      return record;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/ports/${stored.uuid}`)
      .send(whole(request, stored));
  });

  const portNamed = (queries: Queries, request: FastifyRequest<WithIdent>): Promise<PortRecord> =>
    findPort(queries, request.params.ident, { byName: request.minor >= SINCE.name });

  app.get<WithIdent>('/v1/ports/:ident', async (request) => {
    const shown = shownFields(request, PORT_FIELDS);
    return viewOf(portAt(await portNamed(store, request), request.minor), shown, baseUrl(request));
  });

  app.patch<WithIdent>('/v1/ports/:ident', async (request) => {
    const patch = parseBody(patchSchema, request.body, 'patch');
    const named = patchedFields(patch);
    refuseNewer(PORT_FIELDS, named, request.minor);
    const stored = await write(request, async (queries) => {
      const port = await portNamed(queries, request);
      const { uuid: _u, created_at: _c, updated_at: _a, internal_info: _i, ...writable } = port;
      const known = selectFields(PORT_FIELDS, null, request.minor).map((field) => field.name);
      const rules = { ...PATCH_RULES, allowed: PATCHABLE.filter((name) => known.includes(name)) };
      // A link that is left as it is may have been written when more was taken.
      const old = named.includes('local_link_connection') ? {} : { local_link_connection: {} };
      const patched = { ...applyPatch(writable, patch, rules), ...old };
      const after = parseBody(portWritable, patched, 'port');
      const changes = only(after, named);
      if (changes.local_link_connection !== undefined)
        refuseNewerLink(changes.local_link_connection, request.minor);
      await refuseNodeLocked(queries, port.node_uuid);
      const node = await queries.nodes.get(port.node_uuid);
      if (node !== null) refusePortUpdate(node, port, changes);
      if (changes.node_uuid !== undefined) await requiredNode(queries, changes.node_uuid);
      await checkMembership(queries, { ...port, ...changes }, 'changed');
      const record = await queries.ports.update(port.uuid, changes);
      const moved = record.node_uuid !== port.node_uuid;
      if (moved) await refuseNodeLocked(queries, record.node_uuid);
      await tell(queries, record, 'updated');
      if (moved) await tell(queries, port, 'deleted');
      return record;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>('/v1/ports/:ident', async (request, reply) => {
    await write(request, async (queries) => {
      const port = await portNamed(queries, request);
      await refuseNodeLocked(queries, port.node_uuid);
      await queries.ports.delete(port.uuid);
      await tell(queries, port, 'deleted');
    });
    return reply.code(204).send();
  });
}

/** Throws `not_acceptable` for what the request's version does not have in a link yet. */
function refuseNewerLink(link: JsonObject, minor: number): void {
  for (const [name, since] of Object.entries(LINK_SINCE))
    if (link[name] !== undefined && minor < since)
      throw notAcceptable(`local_link_connection/${name}`, since);
}

function tell(queries: Queries, { uuid, address, node_uuid }: PortRecord, done: Done): Promise<void> {
  const data = { port_uuid: uuid, mac: address };
  return tellChange(queries, { noun: 'port', done, title: address, node_uuid, data });
}
