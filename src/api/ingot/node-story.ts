/** What ingot tells of a node beyond Ironic: why it is where it is, what happened, and the job at work. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { JobRecord } from '../../store/records.ts';
import { allows } from '../access/policies.ts';
import { type Principal, principalOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';
import { plainQuery } from '../ironic/paging.ts';
import { parseQuery } from '../parse.ts';
import { commaList } from '../schemas/common.ts';
import { jobView } from './job-view.ts';

type WithIdent = { Params: { ident: string } };

export const timelineQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  kinds: commaList.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  /** `desc` answers the newest ones. */
  order: z.enum(['asc', 'desc']).default('asc'),
});

export function nodeStoryRoutes(app: FastifyInstance, { store, lifecycle, clock }: ApiContext): void {
  /** Those of the nodes whose story the caller may read. */
  const theirs = async (viewer: Principal, jobs: readonly JobRecord[]): Promise<readonly JobRecord[]> => {
    if (viewer.project === null) return jobs;
    const nodes = new Map((await store.nodes.list({})).map((node) => [node.uuid, node]));
    return jobs.filter((job) => {
      const node = nodes.get(job.node_uuid);
      return node !== undefined && allows(viewer, 'ingot:node:story', node);
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
    return { job: job === null ? null : jobView(job, clock.now()) };
  });

  app.get('/ingot/v1/jobs', async (request) => {
    const jobs = await theirs(principalOf(request), await store.jobs.running());
    return { jobs: jobs.map((job) => ({ node_uuid: job.node_uuid, ...jobView(job, clock.now()) })) };
  });
}
