/** `/v1/volume` and `/v1/nodes/{id}/volume` (1.32): how nodes reach remote volumes, and which ones. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { VolumeConnectorRecord, VolumeTargetRecord } from '../../store/records/volume.ts';
import type { Queries } from '../../store/store.ts';
import { projectOf } from '../access/own.ts';
import { principalOf } from '../access/principal.ts';
import { visibleNode } from '../access/visible-node.ts';
import type { ApiContext } from '../context.ts';
import { refuseMask, withKeptSecrets } from '../kept-secrets.ts';
import { resourceLinks } from '../links.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { applyPatch, patchedFields } from '../patch.ts';
import { jsonObject } from '../schemas/common.ts';
import { patchSchema } from '../schemas/patch.ts';
import { volumeListQuery } from '../schemas/volume.ts';
import { baseUrl } from '../server.ts';
import { type Field, selectFields, viewOf } from './fields.ts';
import { findNode } from './idents.ts';
import { answerList, shownFields } from './listing.ts';
import { refuseWhileAtWork } from './locked.ts';
import { mayBeDeleted } from './nodes/node-rules.ts';
import { plainQuery } from './paging.ts';
import { refuseBefore } from './since.ts';
import { type Done, tellChange } from './tell.ts';
import { CONNECTORS, findVolume, TARGETS, type VolumeKind } from './volume-kinds.ts';

const SINCE = 32;

type WithIdent = { Params: { ident: string } };

export function volumeRoutes(app: FastifyInstance, context: ApiContext): void {
  const root = (request: FastifyRequest, path: string): object => ({
    links: resourceLinks(baseUrl(request), `${path}/`),
    connectors: resourceLinks(baseUrl(request), `${path}/connectors`),
    targets: resourceLinks(baseUrl(request), `${path}/targets`),
  });
  app.get('/v1/volume', async (request) => {
    refuseBefore(SINCE, request);
    return root(request, 'volume');
  });
  app.get<WithIdent>('/v1/nodes/:ident/volume', async (request) => {
    refuseBefore(SINCE, request);
    const { uuid } = await findNode(context.store, request.params.ident);
    return root(request, `nodes/${uuid}/volume`);
  });
  kindRoutes(app, context, CONNECTORS);
  kindRoutes(app, context, TARGETS);
}

function kindRoutes<R extends VolumeConnectorRecord | VolumeTargetRecord, Key extends string>(
  app: FastifyInstance,
  { store, write }: ApiContext,
  kind: VolumeKind<R, Key>,
): void {
  const { noun, listed } = kind;
  const at = `/v1/volume/${kind.path}`;
  const view = (request: FastifyRequest, record: R, fields: readonly Field<R>[]): object =>
    viewOf(kind.readableFor(principalOf(request), record), fields, baseUrl(request));
  const whole = (request: FastifyRequest, record: R): object =>
    view(request, record, selectFields(listed.fields, null, request.minor));

  const list = (request: FastifyRequest, path: string, within?: string): Promise<object> => {
    refuseBefore(SINCE, request);
    const query = parseQuery(volumeListQuery, plainQuery(request.query));
    if (query.detail === true && query.fields !== undefined) {
      const said = "Can't fetch a subset of fields with 'detail' set";
      throw new IngotError('invalid_input', said, { hint: 'Leave one of the two out.' });
    }
    const node = within ?? query.node;
    return answerList(request, listed, {
      path,
      query,
      detailSince: SINCE,
      find: async (page) => {
        const principal = principalOf(request);
        const found = await kind.queries(store).list({
          ...page,
          ...projectOf(request),
          ...(node === undefined ? {} : { node_uuid: (await visibleNode(principal, store, node)).uuid }),
        });
        return found.map((record) => kind.readableFor(principal, record));
      },
    });
  };
  app.get(at, (request) => list(request, `volume/${kind.path}`));
  app.get<WithIdent>(`/v1/nodes/:ident/volume/${kind.path}`, (request) => {
    const node = request.params.ident;
    return list(request, `nodes/${node}/volume/${kind.path}`, node);
  });

  const tell = (queries: Queries, { uuid, node_uuid }: R, done: Done): Promise<void> =>
    tellChange(queries, { noun, done, title: uuid, node_uuid, data: { uuid } });

  const find = (queries: Queries, request: FastifyRequest<WithIdent>): Promise<R> =>
    findVolume(kind, queries, request.params.ident);

  app.get<WithIdent>(`${at}/:ident`, async (request) => {
    refuseBefore(SINCE, request);
    const record = await find(store, request);
    return view(request, record, shownFields(request, listed.fields));
  });

  app.post(at, async (request, reply) => {
    refuseBefore(SINCE, request);
    const made = kind.created(request.body);
    refuseMask(parseBody(jsonObject, request.body, noun));
    const stored = await store.transaction(async (queries) => {
      if ((await queries.nodes.get(made.node_uuid)) === null) {
        const said = `Invalid input for field/attribute node_uuid. Value: '${made.node_uuid}'. `;
        throw new IngotError('invalid_input', said, { hint: 'Give the uuid of a node.' });
      }
      const record = await kind.queries(queries).insert(made);
      await tell(queries, record, 'created');
      return record;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}${at}/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>(`${at}/:ident`, async (request) => {
    refuseBefore(SINCE, request);
    const patch = parseBody(patchSchema, request.body, 'patch');
    const rules = {
      allowed: kind.patchable,
      mandatory: kind.mandatory,
      emptied: { extra: {}, properties: {} },
    };
    const stored = await write(request, async (queries) => {
      const before = await find(queries, request);
      const document = Object.entries<JsonObject[string]>(before);
      const writable = document.filter(([name]) => kind.patchable.includes(name));
      const stored = Object.fromEntries(writable);
      const shown = { ...stored, ...viewOf(before, listed.fields, '') };
      const touched = patchedFields(patch);
      const after = withKeptSecrets(applyPatch(stored, patch, rules), { stored, shown }, touched);
      const changes = kind.changed(after, touched);
      const node = await queries.nodes.get(before.node_uuid);
      if (node !== null) {
        await refuseWhileAtWork(queries, node);
        if (node.power_state !== 'power off') throw notWhilePowered(node, `${noun} update`);
      }
      if (changes.node_uuid !== undefined) await findNode(queries, changes.node_uuid);
      const record = await kind.queries(queries).update(before.uuid, changes);
      await tell(queries, record, 'updated');
      return record;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>(`${at}/:ident`, async (request, reply) => {
    refuseBefore(SINCE, request);
    await write(request, async (queries) => {
      const record = await find(queries, request);
      const node = await queries.nodes.get(record.node_uuid);
      if (node !== null) {
        await refuseWhileAtWork(queries, node);
        if (node.power_state !== 'power off' && !mayBeDeleted(node))
          throw notWhilePowered(node, `${noun} deletion`);
      }
      await kind.queries(queries).delete(record.uuid);
      await tell(queries, record, 'deleted');
    });
    return reply.code(204).send();
  });
}

/** A running system would lose a disk, or find another one in its place. */
function notWhilePowered(node: NodeRecord, action: string): IngotError {
  return new IngotError(
    'invalid_state',
    `The requested action "${action}" can not be performed on node "${node.uuid}" while it is in state ` +
      `"${node.power_state ?? 'None'}".`,
    { hint: 'Switch the node off first.' },
  );
}
