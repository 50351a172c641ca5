/** `/v1/nodes/{id}/traits` (1.37): the words by which deployments choose nodes. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody } from '../../parse.ts';
import { trait } from '../../schemas/trait.ts';
import { baseUrl } from '../../server.ts';
import { findNode } from '../idents.ts';
import { refuseWhileAtWork } from '../locked.ts';
import { notAcceptable } from '../since.ts';

const MOST_TRAITS = 50;
const SINCE = 37;

export const traitsBody = z.strictObject({ traits: z.array(trait) });

type WithIdent = { Params: { ident: string } };
type WithTrait = { Params: { ident: string; trait: string } };

export function traitRoutes(app: FastifyInstance, { store, write }: ApiContext): void {
  /** Reads, changes and writes a node's traits in one transaction. */
  const change = (
    request: Pick<FastifyRequest<WithIdent>, 'raw' | 'params'>,
    next: (node: NodeRecord) => Iterable<string>,
  ): Promise<void> =>
    write(request, async (queries) => {
      const node = await findNode(queries, request.params.ident);
      await refuseWhileAtWork(queries, node);
      const traits = [...new Set(next(node))].sort();
      refuseTooMany(node, traits);
      await queries.nodes.update(node.uuid, { traits });
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'node.updated',
        message: `The traits are now: ${traits.join(', ') || 'none'}`,
        data: { fields: ['traits'] },
      });
    });

  app.get<WithIdent>('/v1/nodes/:ident/traits', async (request) => {
    refuseTooOld(request);
    return { traits: (await findNode(store, request.params.ident)).traits };
  });
  app.put<WithIdent>('/v1/nodes/:ident/traits', async (request, reply) => {
    refuseTooOld(request);
    const { traits } = parseBody(traitsBody, request.body, 'traits');
    await change(request, () => traits);
    return reply.code(204).send();
  });
  app.delete<WithIdent>('/v1/nodes/:ident/traits', async (request, reply) => {
    refuseTooOld(request);
    await change(request, () => []);
    return reply.code(204).send();
  });
  app.put<WithTrait>('/v1/nodes/:ident/traits/:trait', async (request, reply) => {
    refuseTooOld(request);
    const { ident } = request.params;
    if (request.body !== undefined && request.body !== null)
      throw new IngotError('invalid_input', 'No body should be provided when adding a trait', {
        hint: 'Leave the body out, or PUT the whole list to …/traits.',
      });
    const added = parseBody(trait, request.params.trait, 'trait');
    await change(request, (node) => [...node.traits, added]);
    const location = `${baseUrl(request)}/v1/nodes/${ident}/traits/${added}`;
    return reply.code(204).header('Location', location).send();
  });
  app.delete<WithTrait>('/v1/nodes/:ident/traits/:trait', async (request, reply) => {
    refuseTooOld(request);
    const { trait: removed } = request.params;
    await change(request, (node) => {
      if (node.traits.includes(removed)) return node.traits.filter((one) => one !== removed);
      throw new IngotError('not_found', `Node ${node.uuid} doesn't have a trait '${removed}'`, {
        hint: `It has: ${node.traits.join(', ') || 'none'}.`,
      });
    });
    return reply.code(204).send();
  });
}

function refuseTooMany(node: NodeRecord, traits: readonly string[]): void {
  if (traits.length <= MOST_TRAITS) return;
  throw new IngotError(
    'invalid_input',
    `Could not modify traits for node ${node.uuid} as it would exceed the maximum number of traits per node ` +
      `(${traits.length} vs. ${MOST_TRAITS})`,
    { hint: 'Take some away first.' },
  );
}

/** Here Ironic says that the version is not acceptable, where it says of other parts that they are not there. */
function refuseTooOld({ minor }: FastifyRequest): void {
  if (minor < SINCE) throw notAcceptable('traits', SINCE);
}
