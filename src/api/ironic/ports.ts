/** `/v1/ports` and `/v1/nodes/{id}/ports`. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { PortRecord } from '../../store/records.ts';
import type { Queries } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { applyPatch, patchedFields } from '../patch.ts';
import { patchSchema } from '../schemas/patch.ts';
import { portCreate, portListQuery, portShowQuery, portWritable } from '../schemas/port.ts';
import { baseUrl } from '../server.ts';
import { findNode, findPort, refuseWhileLocked } from './idents.ts';
import { nextLink, pageSize, plainQuery, refuseDetailWithFields } from './paging.ts';
import { PORT_LIST_FIELDS, portView, selectPortFields } from './port-view.ts';

type WithIdent = { Params: { ident: string } };

const PATCH_RULES = {
  allowed: Object.keys(portWritable.shape),
  mandatory: ['address', 'node_uuid'],
  emptied: { extra: {}, local_link_connection: {}, pxe_enabled: true, is_smartnic: false },
} as const;

export function portRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, hostname } = context;
  const whole = (request: FastifyRequest, port: PortRecord): object =>
    portView(port, selectPortFields(null, request.minor), baseUrl(request));

  const list = async (
    request: FastifyRequest,
    options: { path: string; detail?: true; node?: string },
  ): Promise<object> => {
    const plain = plainQuery(request.query);
    const query = parseQuery(portListQuery, plain);
    refuseDetailWithFields(query);
    const detail = options.detail ?? query.detail === true;
    const names = detail ? null : query.fields === undefined ? PORT_LIST_FIELDS : [...query.fields, 'links'];
    const fields = selectPortFields(names, request.minor);
    const node = options.node ?? query.node_uuid ?? query.node;
    const found = await matching(store, { node, address: query.address });
    const after = query.marker === undefined ? 0 : found.findIndex((port) => port.uuid === query.marker) + 1;
    const size = pageSize(query.limit);
    const page = found.slice(after, after + size);
    const base = baseUrl(request);
    const next = nextLink({ url: `${base}/v1/${options.path}`, query: plain, size, items: page });
    return { ports: page.map((port) => portView(port, fields, base)), ...next };
  };
  app.get('/v1/ports', (request) => list(request, { path: 'ports' }));
  app.get('/v1/ports/detail', (request) => list(request, { path: 'ports/detail', detail: true }));
  app.get<WithIdent>('/v1/nodes/:ident/ports', (request) => {
    const node = request.params.ident;
    return list(request, { path: `nodes/${node}/ports`, node });
  });

  app.post('/v1/ports', async (request, reply) => {
    const {
      is_smartnic: _s,
      portgroup_uuid: _p,
      name: _n,
      ...fields
    } = parseBody(portCreate, request.body, 'port');
    const stored = await store.transaction(async (queries) => {
      const node = await queries.nodes.get(fields.node_uuid);
      if (node === null) {
        throw new IngotError('invalid_input', `Node ${fields.node_uuid} could not be found.`, {
          hint: 'Give the uuid of a node; `ingot node list` shows them.',
        });
      }
      const port = await queries.ports.insert({ ...fields, uuid: fields.uuid ?? randomUUID() });
      await tell(queries, port, 'port.created');
      return port;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/ports/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.get<WithIdent>('/v1/ports/:ident', async (request) => {
    const { fields } = parseQuery(portShowQuery, plainQuery(request.query));
    const shown = selectPortFields(fields === undefined ? null : [...fields, 'links'], request.minor);
    return portView(await findPort(store, request.params.ident), shown, baseUrl(request));
  });

  app.patch<WithIdent>('/v1/ports/:ident', async (request) => {
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const port = await findPort(queries, request.params.ident);
      await refuseLocked(queries, port);
      const { uuid: _u, created_at: _c, updated_at: _a, internal_info: _i, ...writable } = port;
      const document = { ...writable, is_smartnic: false, portgroup_uuid: null, name: null };
      const after = parseBody(portWritable, applyPatch(document, patch, PATCH_RULES), 'port');
      const named = patchedFields(patch);
      const { is_smartnic: _s, portgroup_uuid: _p, name: _n, ...kept } = after;
      const changes = Object.fromEntries(Object.entries(kept).filter(([name]) => named.includes(name)));
      const record = await queries.ports.update(port.uuid, changes);
      if (record.node_uuid !== port.node_uuid) await refuseLocked(queries, record);
      await tell(queries, record, 'port.updated');
      if (record.node_uuid !== port.node_uuid) await tell(queries, port, 'port.deleted');
      return record;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>('/v1/ports/:ident', async (request, reply) => {
    await store.transaction(async (queries) => {
      const port = await findPort(queries, request.params.ident);
      await refuseLocked(queries, port);
      await queries.ports.delete(port.uuid);
      await tell(queries, port, 'port.deleted');
    });
    return reply.code(204).send();
  });

  const refuseLocked = async (queries: Queries, port: PortRecord): Promise<void> => {
    const node = await queries.nodes.get(port.node_uuid);
    if (node !== null) await refuseWhileLocked(queries, { node, hostname });
  };
}

async function matching(
  queries: Queries,
  { node, address }: { readonly node: string | undefined; readonly address: string | undefined },
): Promise<readonly PortRecord[]> {
  const uuid = node === undefined ? null : (await findNode(queries, node)).uuid;
  if (address !== undefined) {
    const port = await queries.ports.findByAddress(address);
    return port !== null && (uuid === null || port.node_uuid === uuid) ? [port] : [];
  }
  return uuid === null ? queries.ports.list() : queries.ports.listByNode(uuid);
}

async function tell(
  queries: Queries,
  port: PortRecord,
  kind: 'port.created' | 'port.updated' | 'port.deleted',
): Promise<void> {
  const verb = { 'port.created': 'added', 'port.updated': 'changed', 'port.deleted': 'removed' }[kind];
  await queries.events.append({
    node_uuid: port.node_uuid,
    kind,
    message: `The port ${port.address} was ${verb}`,
    data: { port_uuid: port.uuid, mac: port.address },
  });
}
