/** `/v1/allocations` and `/v1/nodes/{id}/allocation` (1.52): asking for a node instead of naming one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../../errors.ts';
import { release } from '../../../lifecycle/allocations/hold.ts';
import { ALLOCATION_SORT_KEYS } from '../../../store/allocations.ts';
import type { AllocationRecord } from '../../../store/records/allocation.ts';
import type { Queries } from '../../../store/store.ts';
import { mustOwn, projectOf } from '../../access/own.ts';
import { forbidden } from '../../access/policies.ts';
import { principalOf } from '../../access/principal.ts';
import { visibleNode } from '../../access/visible-node.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody, parseQuery } from '../../parse.ts';
import { applyPatch, patchedFields } from '../../patch.ts';
import { allocationCreate, allocationListQuery, allocationWritable } from '../../schemas/allocation.ts';
import { isLogicalName } from '../../schemas/common.ts';
import { patchSchema } from '../../schemas/patch.ts';
import { baseUrl } from '../../server.ts';
import { namesIn, only, refuseNewer, selectFields, viewOf } from '../fields.ts';
import { asRequestFault, findAllocation, findNode } from '../idents.ts';
import { answerList, shownFields } from '../listing.ts';
import { refuseWhileLocked } from '../locked.ts';
import { plainQuery } from '../paging.ts';
import { notAcceptable, refuseBefore, refuseMethodBefore } from '../since.ts';
import { allocatedFor, createAllocation } from './allocation-create.ts';
import { refuseRelease } from './allocation-rules.ts';
import { ALLOCATION_FIELDS } from './allocation-view.ts';

const SINCE = { allocations: 52, update: 57, backfill: 58, owner: 60 } as const;

const LISTED = {
  name: 'allocations',
  fields: ALLOCATION_FIELDS,
  short: ALLOCATION_FIELDS.map(({ name }) => name),
  sortKeys: ALLOCATION_SORT_KEYS,
} as const;

const PATCH_RULES = { allowed: ['name', 'extra'], mandatory: [], emptied: { extra: {} } } as const;

type WithIdent = { Params: { ident: string } };

export function allocationRoutes(app: FastifyInstance, { store, lifecycle, write }: ApiContext): void {
  const whole = (request: FastifyRequest, allocation: AllocationRecord): object =>
    viewOf(allocation, selectFields(ALLOCATION_FIELDS, null, request.minor), baseUrl(request));

  app.get('/v1/allocations', async (request) => {
    refuseBefore(SINCE.allocations, request);
    const { node, resource_class, state, owner, ...query } = parseQuery(
      allocationListQuery,
      plainQuery(request.query),
    );
    if (owner !== undefined && request.minor < SINCE.owner) throw notAcceptable('owner', SINCE.owner);
    const principal = principalOf(request);
    const { project } = projectOf(request);
    if (project !== undefined && owner !== undefined && owner !== project)
      throw forbidden('allocation:list_all', principal);
    const whose = project ?? owner;
    return answerList(request, LISTED, {
      path: 'allocations',
      query,
      find: async (page) =>
        store.allocations.list({
          ...page,
          ...(node === undefined
            ? {}
            : { node_uuid: (await asRequestFault(visibleNode(principal, store, node))).uuid }),
          ...(resource_class === undefined ? {} : { resource_class }),
          ...(state === undefined ? {} : { state }),
          ...(whose === undefined ? {} : { owner: whose }),
        }),
    });
  });

  app.get<WithIdent>('/v1/allocations/:ident', async (request) => {
    refuseBefore(SINCE.allocations, request);
    const allocation = await findAllocation(store, request.params.ident);
    return viewOf(allocation, shownFields(request, ALLOCATION_FIELDS), baseUrl(request));
  });

  app.post('/v1/allocations', async (request, reply) => {
    refuseMethodBefore(SINCE.allocations, request, 'allocations');
    const asked = parseBody(allocationCreate, request.body, 'allocation');
    refuseNewer(ALLOCATION_FIELDS, namesIn(request.body), request.minor);
    refuseBadName(asked.name, 'create');
    const body = allocatedFor(principalOf(request), asked);
    if (body.node !== null && request.minor < SINCE.backfill) {
      const said = 'Cannot set node when creating an allocation in this API version';
      throw new IngotError('invalid_input', said, { hint: `It needs 1.${SINCE.backfill} or newer.` });
    }
    const stored = await write(request, (queries) => createAllocation(queries, principalOf(request), body));
    if (stored.state === 'allocating') lifecycle.allocate(stored.uuid);
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/allocations/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>('/v1/allocations/:ident', async (request) => {
    refuseMethodBefore(SINCE.update, request, 'updating allocations');
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const { uuid, name, extra } = await findAllocation(queries, request.params.ident);
      const document = applyPatch({ name, extra }, patch, PATCH_RULES);
      const after = parseBody(allocationWritable, document, 'allocation');
      refuseBadName(after.name, 'update');
      const record = await queries.allocations.update(uuid, only(after, patchedFields(patch)));
      await queries.events.append({
        node_uuid: record.node_uuid,
        kind: 'allocation.updated',
        message: `The allocation ${record.name ?? uuid} was changed: ${patchedFields(patch).join(', ')}`,
        data: { allocation_uuid: uuid },
      });
      return record;
    });
    return whole(request, stored);
  });

  const remove = async (queries: Queries, allocation: AllocationRecord): Promise<void> => {
    const node = allocation.node_uuid === null ? null : await queries.nodes.get(allocation.node_uuid);
    if (node !== null) {
      await refuseWhileLocked(queries, node);
      refuseRelease(node, allocation);
    }
    await release(queries, allocation);
  };

  app.delete<WithIdent>('/v1/allocations/:ident', async (request, reply) => {
    refuseMethodBefore(SINCE.allocations, request, 'allocations');
    await write(request, async (queries) =>
      remove(queries, await findAllocation(queries, request.params.ident)),
    );
    return reply.code(204).send();
  });

  /** Who may see the node may still not see who else has it: the allocation has an owner of its own. */
  const ofNode = async (
    queries: Queries,
    request: FastifyRequest<WithIdent>,
    policy: 'allocation:get' | 'allocation:delete',
  ): Promise<AllocationRecord> => {
    const { ident } = request.params;
    const node = await findNode(queries, ident);
    const allocation = await queries.allocations.ofNode(node.uuid);
    if (allocation !== null) {
      mustOwn(principalOf(request), policy, allocation);
      return allocation;
    }
    throw new IngotError('not_found', `Allocation for node ${ident} was not found`, {
      hint: '`baremetal allocation list` shows all allocations.',
    });
  };
  app.get<WithIdent>('/v1/nodes/:ident/allocation', async (request) => {
    refuseBefore(SINCE.allocations, request);
    const shown = shownFields(request, ALLOCATION_FIELDS);
    return viewOf(await ofNode(store, request, 'allocation:get'), shown, baseUrl(request));
  });
  app.delete<WithIdent>('/v1/nodes/:ident/allocation', async (request, reply) => {
    refuseBefore(SINCE.allocations, request);
    await write(request, async (queries) =>
      remove(queries, await ofNode(queries, request, 'allocation:delete')),
    );
    return reply.code(204).send();
  });
}

function refuseBadName(name: string | null, action: 'create' | 'update'): void {
  if (name === null || isLogicalName(name)) return;
  throw new IngotError('invalid_input', `Cannot ${action} allocation with invalid name '${name}'`, {
    hint: 'A name has 1 to 255 letters, digits, ".", "_", "~" or "-" and is no UUID.',
  });
}
