/** `/v1/chassis`: what holds several nodes. Its nodes are listed by `nodes.ts`. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import { CHASSIS_SORT_KEYS } from '../../store/chassis.ts';
import type { ChassisRecord } from '../../store/records/chassis.ts';
import type { Queries } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { applyPatch, patchedFields } from '../patch.ts';
import { chassisCreate, chassisListQuery, chassisWritable } from '../schemas/chassis.ts';
import { patchSchema } from '../schemas/patch.ts';
import { baseUrl } from '../server.ts';
import {
  datedFields,
  type Field,
  linksField,
  only,
  partLinksField,
  plainFields,
  selectFields,
  viewOf,
} from './fields.ts';
import { findChassis } from './idents.ts';
import { answerList, shownFields } from './listing.ts';
import { plainQuery } from './paging.ts';
import { type Done, tellChange } from './tell.ts';

export const CHASSIS_FIELDS: readonly Field<ChassisRecord>[] = [
  ...datedFields<ChassisRecord>(),
  ...plainFields<ChassisRecord, 'description' | 'extra'>(['description', 'extra']),
  linksField('chassis'),
  partLinksField('chassis', { name: 'nodes', since: 1 }),
];

const LISTED = {
  name: 'chassis',
  fields: CHASSIS_FIELDS,
  short: ['uuid', 'description'],
  sortKeys: CHASSIS_SORT_KEYS,
} as const;

const PATCH_RULES = {
  allowed: Object.keys(chassisWritable.shape),
  mandatory: [],
  emptied: { extra: {} },
} as const;

type WithIdent = { Params: { ident: string } };

export function chassisRoutes(app: FastifyInstance, { store }: ApiContext): void {
  const whole = (request: FastifyRequest, chassis: ChassisRecord): object =>
    viewOf(chassis, selectFields(CHASSIS_FIELDS, null, request.minor), baseUrl(request));

  const list = (request: FastifyRequest, detailed: boolean): Promise<object> => {
    const query = parseQuery(chassisListQuery, plainQuery(request.query));
    const path = detailed ? 'chassis/detail' : 'chassis';
    return answerList(request, LISTED, { query, path, detailed, find: (page) => store.chassis.list(page) });
  };
  app.get('/v1/chassis', (request) => list(request, false));
  app.get('/v1/chassis/detail', (request) => list(request, true));

  app.get<WithIdent>('/v1/chassis/:ident', async (request) => {
    const shown = shownFields(request, CHASSIS_FIELDS);
    return viewOf(await findChassis(store, request.params.ident), shown, baseUrl(request));
  });

  app.post('/v1/chassis', async (request, reply) => {
    const { uuid, ...fields } = parseBody(chassisCreate, request.body ?? {}, 'chassis');
    const stored = await store.transaction(async (queries) => {
      const chassis = await queries.chassis.insert({ ...fields, uuid: uuid ?? randomUUID() });
      await tell(queries, chassis, 'created');
      return chassis;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/chassis/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>('/v1/chassis/:ident', async (request) => {
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const { uuid, description, extra } = await findChassis(queries, request.params.ident);
      const after = applyPatch({ description, extra }, patch, PATCH_RULES);
      const changes = only(parseBody(chassisWritable, after, 'chassis'), patchedFields(patch));
      const chassis = await queries.chassis.update(uuid, changes);
      await tell(queries, chassis, 'updated');
      return chassis;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>('/v1/chassis/:ident', async (request, reply) => {
    await store.transaction(async (queries) => {
      const chassis = await findChassis(queries, request.params.ident);
      const nodes = await queries.chassis.countNodes(chassis.uuid);
      if (nodes > 0) {
        throw new IngotError(
          'invalid_input',
          `Cannot complete the requested action because chassis ${chassis.uuid} contains nodes.`,
          { hint: `Clear chassis_uuid of its ${nodes} nodes, or delete them, first.` },
        );
      }
      await queries.chassis.delete(chassis.uuid);
      await tell(queries, chassis, 'deleted');
    });
    return reply.code(204).send();
  });
}

function tell(queries: Queries, { uuid }: ChassisRecord, done: Done): Promise<void> {
  const data = { chassis_uuid: uuid };
  return tellChange(queries, { noun: 'chassis', done, title: uuid, node_uuid: null, data });
}
