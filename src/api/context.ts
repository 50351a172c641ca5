/** What every route of the API listener works with: the dependencies with their defaults filled in. */
import type { FastifyRequest } from 'fastify';
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries } from '../store/store.ts';
import { HOST_NAME } from '../store/words.ts';
import { principalOf } from './access/principal.ts';
import { type ApiDeps, DEFAULT_DRIVERS } from './deps.ts';
import type { NodeSource } from './ironic/nodes/node-fields.ts';
import { baseUrl } from './server.ts';
import { createWhenFree, type Waiting, type WhenFree } from './when-free.ts';

export type ApiContext = ApiDeps & {
  readonly drivers: readonly string[];
  readonly hostname: string;
  readonly whenFree: WhenFree;
  /** A transaction that is begun again when a node's lock was in its way, as `whenFree`. */
  readonly write: <T>(request: Waiting, work: (queries: Queries) => Promise<T>) => Promise<T>;
};

export function createContext(deps: ApiDeps): ApiContext {
  const drivers = deps.drivers ?? DEFAULT_DRIVERS;
  const whenFree = createWhenFree(deps);
  const write: ApiContext['write'] = (request, work) => whenFree(request, () => deps.store.transaction(work));
  return { ...deps, drivers, hostname: HOST_NAME, whenFree, write };
}

/** The node with what else its answer needs. */
export async function nodeSource(
  context: ApiContext,
  request: FastifyRequest,
  node: NodeRecord,
): Promise<NodeSource> {
  const job = await context.store.jobs.runningOf(node.uuid);
  return {
    node,
    job,
    base: baseUrl(request),
    hostname: context.hostname,
    viewer: principalOf(request),
    minor: request.minor,
  };
}
