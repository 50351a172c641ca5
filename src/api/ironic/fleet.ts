/** What Ironic tells of its fleet: conductors (here one), shards, the parts of a node. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { isTheirs } from '../access/own.ts';
import { principalOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { resourceLinks } from '../links.ts';
import { parseQuery } from '../parse.ts';
import { commaList, looseBoolean } from '../schemas/common.ts';
import { baseUrl } from '../server.ts';
import { ironicTime } from '../time.ts';
import { pickFields } from './fields.ts';
import { findNode } from './idents.ts';
import { plainQuery, refuseDetailWithFields } from './paging.ts';
import { refuseBefore } from './since.ts';

const SINCE = { conductors: 49, shards: 82, children: 83 } as const;

export const conductorShowQuery = z.strictObject({ fields: commaList.optional() });
export const conductorListQuery = conductorShowQuery.extend({
  detail: looseBoolean.optional(),
  limit: z.coerce.number().int().min(1, 'Limit must be positive').optional(),
  /** The host name of the last conductor of the page before. */
  marker: z.string().max(255).optional(),
  sort_key: z
    .string()
    .refine((key) => !['alive', 'drivers'].includes(key), 'conductors cannot be sorted by this key')
    .optional(),
  sort_dir: z.enum(['asc', 'desc']).optional(),
});

type WithHostname = { Params: { hostname: string } };
type WithIdent = { Params: { ident: string } };

export function fleetRoutes(app: FastifyInstance, { store, drivers, hostname, clock }: ApiContext): void {
  const startedAt = new Date(clock.now()).toISOString();
  const conductor = (request: FastifyRequest): JsonObject => ({
    hostname,
    conductor_group: '',
    alive: true,
    links: resourceLinks(baseUrl(request), `conductors/${hostname}`),
  });
  const detailed = (request: FastifyRequest): JsonObject => ({
    ...conductor(request),
    drivers: drivers.toSorted(),
    created_at: ironicTime(startedAt),
    updated_at: ironicTime(new Date(clock.now()).toISOString()),
  });

  const refuseOther = (named: string): void => {
    if (named === hostname) return;
    throw new IngotError('not_found', `Conductor ${named} could not be found.`, {
      hint: `There is one: ${hostname}.`,
    });
  };

  const some = (request: FastifyRequest, fields: readonly string[]): JsonObject =>
    pickFields(detailed(request), fields);

  app.get('/v1/conductors', async (request) => {
    refuseBefore(SINCE.conductors, request);
    const { detail, fields, marker } = parseQuery(conductorListQuery, plainQuery(request.query));
    refuseDetailWithFields({ detail, fields });
    if (marker !== undefined) {
      refuseOther(marker);
      return { conductors: [] };
    }
    const one =
      detail === true ? detailed(request) : fields === undefined ? conductor(request) : some(request, fields);
    return { conductors: [one] };
  });
  app.get<WithHostname>('/v1/conductors/:hostname', async (request) => {
    refuseBefore(SINCE.conductors, request);
    const { fields } = parseQuery(conductorShowQuery, plainQuery(request.query));
    refuseOther(request.params.hostname);
    return fields === undefined ? detailed(request) : some(request, fields);
  });

  app.get('/v1/shards', async (request) => {
    refuseBefore(SINCE.shards, request);
    const shards = await store.nodes.countByShard();
    // Ironic's own word for the nodes that are in none.
    return { shards: shards.map(({ shard, count }) => ({ name: shard ?? 'None', count })) };
  });

  app.get<WithIdent>('/v1/nodes/:ident/children', async (request) => {
    refuseBefore(SINCE.children, request);
    const { uuid } = await findNode(store, request.params.ident);
    const children = await store.nodes.list({ parent_node: uuid });
    const href = `${baseUrl(request)}/v1/nodes/?parent_node=${uuid}`;
    const theirs = children.filter((node) => isTheirs(principalOf(request), node));
    return { children: theirs.map((node) => node.uuid), links: { href, rel: 'children' } };
  });
}
