/** The logs of a node's ramdisks that were kept after failures. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';

type WithIdent = { Params: { ident: string } };
type WithLogs = { Params: { ident: string; logs: string } };

export function ramdiskLogRoutes(app: FastifyInstance, { store, ramdiskLogs }: ApiContext): void {
  app.get<WithIdent>('/ingot/v1/nodes/:ident/logs', async (request) => {
    const { uuid } = await findNode(store, request.params.ident);
    return { logs: ramdiskLogs?.list(uuid) ?? [] };
  });

  /** A tar archive, packed by gzip. */
  app.get<WithLogs>('/ingot/v1/nodes/:ident/logs/:logs', async (request, reply) => {
    const { ident, logs } = request.params;
    const { uuid } = await findNode(store, ident);
    const archive = (await ramdiskLogs?.read(uuid, logs)) ?? null;
    if (archive === null) {
      throw new IngotError('not_found', `Node ${uuid} has no logs ${logs}.`, {
        hint: 'The list of its logs has the ids; the oldest are not kept for ever.',
      });
    }
    return reply
      .header('content-type', 'application/gzip')
      .header('content-disposition', `attachment; filename="${logs}.tar.gz"`)
      .send(archive);
  });
}
