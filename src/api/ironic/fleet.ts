/** What Ironic tells of its fleet: conductors (here one), shards, the parts of a node. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../store/records.ts';
import type { ApiContext } from '../context.ts';
import { resourceLinks } from '../links.ts';
import { baseUrl } from '../server.ts';
import { ironicTime } from '../time.ts';
import { findNode } from './idents.ts';
import { plainQuery } from './paging.ts';
import { refuseBefore } from './since.ts';

const SINCE = { conductors: 49, shards: 82, children: 83 } as const;

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
    drivers,
    created_at: ironicTime(startedAt),
    updated_at: ironicTime(new Date(clock.now()).toISOString()),
  });

  app.get('/v1/conductors', async (request) => {
    refuseBefore(SINCE.conductors, request);
    const { detail, fields } = plainQuery(request.query);
    const whole = detail?.toLowerCase() === 'true' || fields !== undefined;
    return { conductors: [whole ? detailed(request) : conductor(request)] };
  });
  app.get<WithHostname>('/v1/conductors/:hostname', async (request) => {
    refuseBefore(SINCE.conductors, request);
    if (request.params.hostname === hostname) return detailed(request);
    throw new IngotError('not_found', `Conductor ${request.params.hostname} could not be found.`, {
      hint: `There is one: ${hostname}.`,
    });
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
    return { children: children.map((node) => node.uuid), links: { href, rel: 'children' } };
  });
}
