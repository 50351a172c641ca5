/** What every route of the API listener works with: the dependencies with their defaults filled in. */
import type { FastifyRequest } from 'fastify';
import type { JsonObject } from '../json.ts';
import type { CurrentJob } from '../store/records/job.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries, Store } from '../store/store.ts';
import { HOST_NAME } from '../store/words.ts';
import { principalOf } from './access/principal.ts';
import { type ApiDeps, DEFAULT_DRIVERS } from './deps.ts';
import type { NodeField, NodeSource } from './ironic/nodes/node-fields.ts';
import { nodeView, tellsOfJob } from './ironic/nodes/node-view.ts';
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

/** Who asks, by which way and in which version: what the answers of one request have in common. */
export function viewpointOf(
  { hostname }: Pick<ApiContext, 'hostname'>,
  request: FastifyRequest,
): Omit<NodeSource, 'node' | 'job'> {
  return { base: baseUrl(request), hostname, viewer: principalOf(request), minor: request.minor };
}

/** The running jobs of these nodes, by node; none where no field tells of them. */
export async function jobsToTell(
  { jobs }: Pick<Store, 'jobs'>,
  nodes: readonly NodeRecord[],
  fields: readonly NodeField[],
): Promise<ReadonlyMap<string, CurrentJob>> {
  return tellsOfJob(fields) ? await jobs.currentOf(nodes.map(({ uuid }) => uuid)) : new Map();
}

/** The node as an answer with these fields. Its job is read only where one of them tells of it. */
export async function showNode(
  context: ApiContext,
  request: FastifyRequest,
  { node, fields }: { readonly node: NodeRecord; readonly fields: readonly NodeField[] },
): Promise<JsonObject> {
  const jobs = await jobsToTell(context.store, [node], fields);
  const job = jobs.get(node.uuid) ?? null;
  return nodeView({ ...viewpointOf(context, request), node, job }, fields);
}
