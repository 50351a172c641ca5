/** What every route of the API listener works with: the dependencies with their defaults filled in. */
import type { FastifyRequest } from 'fastify';
import type { NodeRecord } from '../store/records.ts';
import { principalOf } from './access/principal.ts';
import { type ApiDeps, DEFAULT_DRIVERS, DEFAULT_HOSTNAME } from './deps.ts';
import type { NodeSource } from './ironic/node-fields.ts';
import { baseUrl } from './server.ts';

export type ApiContext = ApiDeps & { readonly drivers: readonly string[]; readonly hostname: string };

export function createContext(deps: ApiDeps): ApiContext {
  return { ...deps, drivers: deps.drivers ?? DEFAULT_DRIVERS, hostname: deps.hostname ?? DEFAULT_HOSTNAME };
}

/** The node with what else its answer needs. */
export async function nodeSource(
  context: ApiContext,
  request: FastifyRequest,
  node: NodeRecord,
): Promise<NodeSource> {
  const job = await context.store.jobs.runningOf(node.uuid);
  return {
    ...{ node, job, base: baseUrl(request), hostname: context.hostname },
    ...{ viewer: principalOf(request), minor: request.minor },
  };
}
