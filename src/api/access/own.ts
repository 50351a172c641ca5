/** What a project's callers may make and see: their own. Pure. */
import type { FastifyRequest } from 'fastify';
import type { Json, JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { disablesCleaning } from './patch-policies.ts';
import { allows, forbidden, type Policy } from './policies.ts';
import { type Principal, principalOf } from './principal.ts';

/**
 * The body of a new node: a project's node is the project's. Throws `forbidden` where it names another owner, and where
 * it switches cleaning off, which a project may not do to a node that is there either.
 */
export function ownedBy(principal: Principal, body: unknown): unknown {
  const { project } = principal;
  if (project === null || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const { owner = null, automated_clean = null } = body as Readonly<Record<string, unknown>>;
  if (owner !== null && owner !== project) throw forbidden('node:update:owner', principal);
  if (disablesCleaning(automated_clean)) throw forbidden('node:disable_cleaning', principal);
  return { ...body, owner: project };
}

/** Throws `forbidden` for what is another's, or nobody's. */
export function mustOwn(principal: Principal, policy: Policy, thing: Pick<NodeRecord, 'owner'>): void {
  if (!allows(principal, policy, thing)) throw forbidden(policy, principal);
}

type Belongings = Pick<NodeRecord, 'owner' | 'lessee'>;

/** Whether a list shows the node to them. */
export function isTheirs({ project }: Principal, { owner, lessee }: Belongings): boolean {
  return project === null || owner === project || lessee === project;
}

type Hidden = {
  readonly field: string;
  readonly policy: Policy;
  readonly instead: Json;
};

/** For lists of what hangs on nodes: the project that bounds them, where there is one. */
export function projectOf(request: Pick<FastifyRequest, 'principal'>): { readonly project?: string } {
  const { project } = principalOf(request);
  return project === null ? {} : { project };
}

/** What stands in the place of a field that tells of the site's insides, in Ironic's words. */
const HIDDEN: readonly Hidden[] = [
  {
    field: 'last_error',
    policy: 'node:get:last_error',
    instead: '** Value Redacted - Requires baremetal:node:get:last_error permission. **',
  },
  {
    field: 'reservation',
    policy: 'node:get:reservation',
    instead: '** Redacted - requires baremetal:node:get:reservation permission. **',
  },
  {
    field: 'driver_info',
    policy: 'node:get:driver_info',
    instead: { content: '** Redacted - requires baremetal:node:get:driver_info permission. **' },
  },
  {
    field: 'driver_internal_info',
    policy: 'node:get:driver_internal_info',
    instead: { content: '** Redacted - Requires baremetal:node:get:driver_internal_info permission. **' },
  },
];

/** A node's answer as the caller may read it; a null stays null, so that clients that wait for it are not misled. */
export function redacted(view: JsonObject, principal: Principal, node: Belongings): JsonObject {
  if (principal.project === null) return view;
  const hidden = HIDDEN.filter(
    ({ field, policy }) => (view[field] ?? null) !== null && !allows(principal, policy, node),
  );
  return { ...view, ...Object.fromEntries(hidden.map(({ field, instead }) => [field, instead])) };
}
