/** What ingot tells of a node beyond Ironic: why it is where it is, what happened, and the job at work. */
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '../../json.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { allows } from '../access/policies.ts';
import { type Principal, principalOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';
import { plainQuery } from '../ironic/paging.ts';
import { parseQuery } from '../parse.ts';
import { timelineQuery } from '../schemas/event.ts';
import { jobView, jobViewOfLessee } from './job-view.ts';

type WithIdent = { Params: { ident: string } };

export function nodeStoryRoutes(app: FastifyInstance, { store, lifecycle, clock }: ApiContext): void {
  /** The job as the caller may read it. */
  const viewFor = (viewer: Principal, node: NodeRecord | null, job: JobRecord): JsonObject => {
    const view = allows(viewer, 'ingot:node:story', node) ? jobView : jobViewOfLessee;
    return view(job, clock.now());
  };

  /** Those of the nodes that the caller may see. */
  const theirs = async (viewer: Principal, jobs: readonly JobRecord[]): Promise<readonly JsonObject[]> => {
    const nodes = viewer.project === null ? [] : await store.nodes.list({});
    const byUuid = new Map(nodes.map((node) => [node.uuid, node]));
    return jobs.flatMap((job) => {
      const node = byUuid.get(job.node_uuid) ?? null;
      return allows(viewer, 'ingot:node:job', node)
        ? [{ node_uuid: job.node_uuid, ...viewFor(viewer, node, job) }]
        : [];
    });
  };

  app.get<WithIdent>('/ingot/v1/nodes/:ident/why', async (request) => {
    const node = await findNode(store, request.params.ident);
    return { uuid: node.uuid, name: node.name, ...(await lifecycle.why(node.uuid)) };
  });

  app.get<WithIdent>('/ingot/v1/nodes/:ident/timeline', async (request) => {
    const { after, since, kinds, limit, order } = parseQuery(timelineQuery, plainQuery(request.query));
    const node = await findNode(store, request.params.ident);
    const events = await store.events.list({
      node_uuid: node.uuid,
      ...(after === undefined ? {} : { after }),
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      ...(kinds === undefined ? {} : { kinds }),
      limit,
      order,
    });
    return { events };
  });

  /** The running job, else the last one; null when the node never had one. */
  app.get<WithIdent>('/ingot/v1/nodes/:ident/job', async (request) => {
    const node = await findNode(store, request.params.ident);
    const job = (await store.jobs.runningOf(node.uuid)) ?? (await store.jobs.lastOf(node.uuid));
    return { job: job === null ? null : viewFor(principalOf(request), node, job) };
  });

  app.get('/ingot/v1/jobs', async (request) => ({
    jobs: await theirs(principalOf(request), await store.jobs.running()),
  }));
}
