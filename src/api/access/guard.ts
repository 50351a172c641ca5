/**
 * Stands before every route of the operators' API: who asks (`login`), and may they (the route's entry in the
 * catalog)? A route without an entry is closed to all but the site's administrators.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { missing } from '../../store/page.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Store } from '../../store/store.ts';
import type { Catalog } from '../catalog/operation.ts';
import { findAllocation, findPort, findPortgroup, noPort } from '../ironic/idents.ts';
import { PORT_NAMES_SINCE } from '../ironic/ports/ports.ts';
import {
  type AnyVolume,
  CONNECTORS,
  findVolume,
  noVolume,
  TARGETS,
  type VolumeKind,
} from '../ironic/volume-kinds.ts';
import type { LoginVerdict } from '../login/login.ts';
import { findNamesWithSuffix } from './json-names.ts';
import { mustOwn } from './own.ts';
import { targetNodeOf } from './patch-policies.ts';
import { allows, allowsSome, forbidden, type Policy } from './policies.ts';
import { hasRole, type Principal, principalOf } from './principal.ts';
import type { NodePart, RouteAccess } from './route-access.ts';
import { nodeInSight, visibleNode } from './visible-node.ts';

export type Guard = {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly log: Log;
  readonly login: (request: IncomingMessage) => Promise<LoginVerdict>;
};

/** To be called before the routes are made. */
export function guardRoutes(app: FastifyInstance, { store, catalog, login, log }: Guard): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat())
      if (name !== 'HEAD' && catalog[`${name} ${url}`] === undefined)
        log.error({ method: name, url }, 'a route is not in the catalog (src/api/catalog): it is closed');
  });

  app.addHook('onRequest', async (request, reply) => {
    if (accessOf(request, catalog)?.on === 'nobody') return;
    const verdict = await login(request.raw);
    if (!verdict.ok) return refuse(reply, verdict);
    request.principal = verdict.principal;
  });

  findNamesWithSuffix(app, store);
  // After the body is read: what it asks for decides, too.
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.url === undefined) return;
    const access = accessOf(request, catalog);
    if (access?.on === 'nobody') return;
    await authorize(request, { access, store });
  });
}

/** Null: the catalog does not know the route. */
function accessOf(request: FastifyRequest, catalog: Catalog): RouteAccess | null {
  const { method, url } = request.routeOptions;
  // A HEAD is answered by the GET of the same path.
  const name = request.method === 'HEAD' ? 'GET' : String(method);
  return catalog[`${name} ${url ?? ''}`]?.access ?? null;
}

type Asked = { readonly access: RouteAccess | null; readonly store: Store };

/** Throws `not_found` for what the caller may not even see, `forbidden` for what they may not do to it. */
async function authorize(request: FastifyRequest, { access, store }: Asked): Promise<void> {
  const principal = principalOf(request);
  const { ident = '' } = request.params as { readonly ident?: string };
  switch (access?.on) {
    case undefined:
      if (principal.project === null && hasRole(principal, 'admin')) return;
      throw forbidden('ingot:token:manage', principal);
    case 'nobody':
      return;
    case 'site':
      if (!allows(principal, access.policy, null)) throw forbidden(access.policy, principal);
      return;
    case 'list':
      if (!allowsSome(principal, access.policy)) throw forbidden(access.policy, principal);
      return;
    case 'node':
      if (principal.project === null) return mustAll(principal, access.policies(request.body), null);
      return mustAll(principal, access.policies(request.body), await visibleNode(principal, store, ident));
    case 'port':
    case 'portgroup':
    case 'connector':
    case 'target':
      return mayTouchPart(request, { principal, store, on: access.on, policy: access.policy });
    case 'allocation': {
      if (principal.project === null) return mustAll(principal, [access.policy], null);
      const allocation = await findAllocation(store, ident);
      if (!allows(principal, 'allocation:get', allocation)) throw missing('Allocation', ident);
      return mustOwn(principal, access.policy, allocation);
    }
    case 'named node': {
      const named = (request.body ?? {}) as { readonly node_uuid?: unknown; readonly node_ident?: unknown };
      if (principal.project === null) return mustAll(principal, [access.policy], null);
      // What names no node is refused by the route, in its own words.
      if (!allowsSome(principal, access.policy)) throw forbidden(access.policy, principal);
      for (const ident of [named.node_uuid, named.node_ident])
        if (typeof ident === 'string')
          mustAll(principal, [access.policy], await visibleNode(principal, store, ident));
    }
  }
}

type Part = {
  readonly principal: Principal;
  readonly store: Store;
  readonly on: NodePart;
  readonly policy: Policy;
};

type Finder = {
  /** Throws `absent` itself where there is none. */
  readonly find: (
    store: Store,
    request: FastifyRequest,
    ident: string,
  ) => Promise<{ readonly node_uuid: string }>;
  readonly absent: (ident: string) => IngotError;
  /** Asked of the node that it moves to. */
  readonly create: Policy;
};

const FINDERS: Readonly<Record<NodePart, Finder>> = {
  port: {
    find: (store, { minor }, ident) => findPort(store, ident, { byName: minor >= PORT_NAMES_SINCE }),
    absent: noPort,
    create: 'port:create',
  },
  portgroup: {
    find: (store, _, ident) => findPortgroup(store, ident),
    absent: (ident) => missing('Portgroup', ident),
    create: 'portgroup:create',
  },
  connector: volumeFinder(CONNECTORS),
  target: volumeFinder(TARGETS),
};

function volumeFinder<R extends AnyVolume, Key extends string>(kind: VolumeKind<R, Key>): Finder {
  return {
    find: (store, _, ident) => findVolume(kind, store, ident),
    absent: (ident) => noVolume(kind, ident),
    create: 'volume:create',
  };
}

/** What hangs on a node is its owner's. */
async function mayTouchPart(request: FastifyRequest, { principal, store, on, policy }: Part): Promise<void> {
  if (principal.project === null) return mustAll(principal, [policy], null);
  const { ident } = request.params as { readonly ident: string };
  const { find, absent, create } = FINDERS[on];
  const part = await find(store, request, ident);
  const node = await nodeInSight(principal, store, part.node_uuid);
  if (node === null) throw absent(ident);
  mustAll(principal, [policy], node);
  const target = targetNodeOf(request.body);
  if (target !== null) mustAll(principal, [create], await visibleNode(principal, store, target));
}

function mustAll(principal: Principal, policies: readonly Policy[], node: NodeRecord | null): void {
  const refused = policies.find((policy) => !allows(principal, policy, node));
  if (refused !== undefined) throw forbidden(refused, principal);
}

/** The body is that of Ironic's own login, which its clients read (ironic/common/auth_basic.py). */
function refuse(
  reply: FastifyReply,
  { status, message, challenges }: LoginVerdict & { ok: false },
): FastifyReply {
  if (challenges.length > 0) reply.header('WWW-Authenticate', challenges);
  if (status === 503) reply.header('Retry-After', '5');
  return reply.code(status).send({ error: { message, code: status } });
}
