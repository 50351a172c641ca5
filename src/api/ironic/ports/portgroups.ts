/** `/v1/portgroups` and `/v1/nodes/{id}/portgroups` (1.23): NICs that work as one. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../../errors.ts';
import { PORTGROUP_SORT_KEYS } from '../../../store/portgroups.ts';
import type { PortgroupRecord } from '../../../store/records/port.ts';
import type { Queries } from '../../../store/store.ts';
import { projectOf } from '../../access/own.ts';
import { principalOf } from '../../access/principal.ts';
import { visibleNode } from '../../access/visible-node.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody, parseQuery } from '../../parse.ts';
import { applyPatch, patchedFields } from '../../patch.ts';
import { isLogicalName } from '../../schemas/common.ts';
import { patchSchema } from '../../schemas/patch.ts';
import { portgroupCreate, portgroupListQuery, portgroupWritable } from '../../schemas/portgroup.ts';
import { baseUrl } from '../../server.ts';
import { namesIn, only, refuseNewer, selectFields, viewOf } from '../fields.ts';
import { findPortgroup, requiredNode } from '../idents.ts';
import { answerList, shownFields } from '../listing.ts';
import { refuseNodeLocked } from '../locked.ts';
import { plainQuery } from '../paging.ts';
import { refuseBefore } from '../since.ts';
import { type Done, tellChange } from '../tell.ts';
import { mayBeRewired, WIRING_STATES } from './port-rules.ts';
import { PORTGROUP_FIELDS } from './portgroup-view.ts';

const SINCE = { portgroups: 23, ofNode: 24 } as const;

const LISTED = {
  name: 'portgroups',
  fields: PORTGROUP_FIELDS,
  short: ['uuid', 'address', 'name'],
  sortKeys: PORTGROUP_SORT_KEYS,
} as const;

const PATCH_RULES = {
  allowed: Object.keys(portgroupWritable.shape).toSorted(),
  mandatory: ['mode', 'node_uuid'],
  emptied: { extra: {}, properties: {}, standalone_ports_supported: true },
} as const;

type WithIdent = { Params: { ident: string } };

export function portgroupRoutes(app: FastifyInstance, { store, write }: ApiContext): void {
  const whole = (request: FastifyRequest, group: PortgroupRecord): object =>
    viewOf(group, selectFields(PORTGROUP_FIELDS, null, request.minor), baseUrl(request));

  const list = async (
    request: FastifyRequest,
    { path, detailed = false, node }: { path: string; detailed?: boolean; node?: string },
  ): Promise<object> => {
    refuseBefore(node === undefined ? SINCE.portgroups : SINCE.ofNode, request);
    const query = parseQuery(portgroupListQuery, plainQuery(request.query));
    const { address } = query;
    const ofNode = node ?? query.node;
    if (ofNode !== undefined && address !== undefined) {
      const said = 'Filtering by node, address, or shard simultaneously is not supported.';
      throw new IngotError('invalid_input', said, { hint: 'Give one of them.' });
    }
    return answerList(request, LISTED, {
      path,
      query,
      detailed,
      find: async (page) =>
        store.portgroups.list({
          ...page,
          ...projectOf(request),
          ...(ofNode === undefined
            ? {}
            : { node_uuid: (await visibleNode(principalOf(request), store, ofNode)).uuid }),
          ...(address === undefined ? {} : { address }),
        }),
    });
  };
  app.get('/v1/portgroups', (request) => list(request, { path: 'portgroups' }));
  app.get('/v1/portgroups/detail', (request) => list(request, { path: 'portgroups/detail', detailed: true }));
  app.get<WithIdent>('/v1/nodes/:ident/portgroups', (request) => {
    const node = request.params.ident;
    return list(request, { path: `nodes/${node}/portgroups`, node });
  });
  app.get<WithIdent>('/v1/nodes/:ident/portgroups/detail', (request) => {
    const node = request.params.ident;
    return list(request, { path: `nodes/${node}/portgroups/detail`, detailed: true, node });
  });

  app.get<WithIdent>('/v1/portgroups/:ident', async (request) => {
    refuseBefore(SINCE.portgroups, request);
    const group = await findPortgroup(store, request.params.ident);
    return viewOf(group, shownFields(request, PORTGROUP_FIELDS), baseUrl(request));
  });

  app.post('/v1/portgroups', async (request, reply) => {
    refuseBefore(SINCE.portgroups, request);
    const { uuid, ...fields } = parseBody(portgroupCreate, request.body, 'portgroup');
    refuseNewer(PORTGROUP_FIELDS, namesIn(request.body), request.minor);
    if (fields.name !== null && !isLogicalName(fields.name))
      throw badName(`Cannot create portgroup with invalid name '${fields.name}'`);
    const stored = await store.transaction(async (queries) => {
      await requiredNode(queries, fields.node_uuid);
      const group = await queries.portgroups.insert({ ...fields, uuid: uuid ?? randomUUID() });
      await tell(queries, group, 'created');
      return group;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/portgroups/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>('/v1/portgroups/:ident', async (request) => {
    refuseBefore(SINCE.portgroups, request);
    const patch = parseBody(patchSchema, request.body, 'patch');
    const touched = patchedFields(patch);
    refuseNewer(PORTGROUP_FIELDS, touched, request.minor);
    const stored = await write(request, async (queries) => {
      const group = await findPortgroup(queries, request.params.ident);
      const { uuid: _u, created_at: _c, updated_at: _a, internal_info: _i, ...writable } = group;
      const after = parseBody(portgroupWritable, applyPatch(writable, patch, PATCH_RULES), 'portgroup');
      if (after.name !== null && !isLogicalName(after.name))
        throw badName(
          `Portgroup ${request.params.ident}: Cannot change name to invalid name '${after.name}'`,
        );
      await refuseNodeLocked(queries, group.node_uuid);
      if (after.node_uuid !== group.node_uuid) {
        await refuseMove(queries, group, after.node_uuid);
        await refuseNodeLocked(queries, after.node_uuid);
      }
      if (!after.standalone_ports_supported && group.standalone_ports_supported)
        await refuseLoners(queries, group);
      const changes = only(after, touched);
      const record = await queries.portgroups.update(group.uuid, changes);
      await tell(queries, record, 'updated');
      return record;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>('/v1/portgroups/:ident', async (request, reply) => {
    refuseBefore(SINCE.portgroups, request);
    await write(request, async (queries) => {
      const group = await findPortgroup(queries, request.params.ident);
      await refuseNodeLocked(queries, group.node_uuid);
      const ports = await queries.ports.listByPortgroup(group.uuid);
      if (ports.length > 0) {
        throw new IngotError(
          'invalid_input',
          `Cannot complete the requested action because portgroup ${group.uuid} contains ports.`,
          { hint: `Take them out first: ${ports.map((port) => port.address).join(', ')}.` },
        );
      }
      await queries.portgroups.delete(group.uuid);
      await tell(queries, group, 'deleted');
    });
    return reply.code(204).send();
  });
}

function badName(said: string): IngotError {
  return new IngotError('invalid_input', said, {
    hint: 'A name has 1 to 255 letters, digits, ".", "_", "~" or "-" and is no UUID.',
  });
}

/** Throws `conflict` or `invalid_input` when the group cannot go to another node. */
async function refuseMove(queries: Queries, group: PortgroupRecord, to: string): Promise<void> {
  const node = await requiredNode(queries, to);
  if (!mayBeRewired(node)) {
    throw new IngotError(
      'conflict',
      `Portgroup ${group.uuid} can not be associated to node ${to} unless the node is in a ` +
        `${WIRING_STATES.join(', ')} state or in maintenance mode. Current state is '${node.provision_state}'.`,
      { hint: 'Set maintenance of that node first.' },
    );
  }
  if ((await queries.ports.listByPortgroup(group.uuid)).length === 0) return;
  throw new IngotError(
    'invalid_input',
    `Portgroup ${group.uuid} can not be associated with node ${to} because there are ports associated with this portgroup.`,
    { hint: 'Take the ports out of it first.' },
  );
}

/** Throws `conflict` when a NIC of the group boots over the network, where no bond is. */
async function refuseLoners(queries: Queries, group: PortgroupRecord): Promise<void> {
  const booting = (await queries.ports.listByPortgroup(group.uuid)).find((port) => port.pxe_enabled);
  if (booting === undefined) return;
  throw new IngotError(
    'conflict',
    `standalone_ports_supported can not be set to False, because the port group ${group.uuid} contains port with ` +
      `'pxe_enabled' is set to True`,
    { hint: `Set pxe_enabled of ${booting.address} to false first.` },
  );
}

function tell(queries: Queries, { uuid, name, node_uuid }: PortgroupRecord, done: Done): Promise<void> {
  const data = { portgroup_uuid: uuid };
  return tellChange(queries, { noun: 'portgroup', done, title: name ?? uuid, node_uuid, data });
}
