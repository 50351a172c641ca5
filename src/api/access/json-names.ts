/**
 * Names that end in `.json`: where the suffix was taken away and nothing has the rest for its name, what bears the
 * whole name is meant (ironic/api/controllers/v1/utils.py, of the same three kinds).
 */
import type { FastifyInstance } from 'fastify';
import type { Store } from '../../store/store.ts';
import { lostJsonSuffix } from '../json-suffix.ts';
import { allows } from './policies.ts';
import { type Principal, principalOf } from './principal.ts';
import { nodeInSight } from './visible-node.ts';

/** Whether there is one of that name that the caller may know of. */
type Known = (store: Store, ident: string, principal: Principal) => Promise<boolean>;

const KNOWN: Readonly<Record<string, Known>> = {
  '/v1/nodes/:ident': async (store, ident, principal) =>
    (await nodeInSight(principal, store, ident)) !== null,
  '/v1/allocations/:ident': async (store, ident, principal) => {
    const allocation = await store.allocations.find(ident);
    return allocation !== null && allows(principal, 'allocation:get', allocation);
  },
  '/v1/deploy_templates/:ident': async (store, ident) =>
    (await store.stepLists.find('deploy_template', ident)) !== null,
};

/** To be called before the guard's own look at what a path names. */
export function findNamesWithSuffix(app: FastifyInstance, store: Store): void {
  app.addHook<{ Params: { ident: string } }>('preHandler', async (request) => {
    const isKnown = KNOWN[request.routeOptions.url ?? ''];
    if (isKnown === undefined || !lostJsonSuffix(request)) return;
    const { params } = request;
    if (!(await isKnown(store, params.ident, principalOf(request)))) params.ident = `${params.ident}.json`;
  });
}
