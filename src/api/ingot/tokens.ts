/** `/ingot/v1/tokens`: bearer tokens of this API. The text of one is answered once, when it is made. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { TokenRecord } from '../../store/records/token.ts';
import { principalOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { isOver, newToken } from '../login/tokens.ts';
import { parseBody } from '../parse.ts';
import { tokenCreate } from '../schemas/token.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Bound on what one caller can fill the table with. */
const MOST_TOKENS = 10_000;

export function tokenRoutes(app: FastifyInstance, { store, clock }: ApiContext): void {
  const view = ({ digest: _d, ...token }: TokenRecord): object => ({
    ...token,
    expired: isOver(token, clock.now()),
  });

  app.get('/ingot/v1/tokens', async () => ({ tokens: (await store.tokens.list()).map(view) }));

  app.post('/ingot/v1/tokens', async (request, reply) => {
    const { name, role, project, days } = parseBody(tokenCreate, request.body, 'token');
    const { id, text, digest } = newToken();
    const expires_at = days === null ? null : new Date(clock.now() + days * DAY_MS).toISOString();
    const record = await store.transaction(async (queries) => {
      if ((await queries.tokens.list()).length >= MOST_TOKENS) throw tooMany();
      const stored = await queries.tokens.insert({ id, name, role, project, digest, expires_at });
      await queries.events.append({
        node_uuid: null,
        kind: 'token.created',
        message: `${principalOf(request).name} made the token "${name}" with the role ${role}${of(project)}`,
        data: { id, name, role, project, expires_at },
      });
      return stored;
    });
    return reply.code(201).send({ ...view(record), token: text });
  });

  /** By id or by name. */
  app.delete<{ Params: { id: string } }>('/ingot/v1/tokens/:id', async (request, reply) => {
    const asked = request.params.id;
    await store.transaction(async (queries) => {
      const record = (await queries.tokens.list()).find(({ id, name }) => id === asked || name === asked);
      if (record === undefined) throw noToken(asked);
      await queries.tokens.delete(record.id);
      await queries.events.append({
        node_uuid: null,
        kind: 'token.revoked',
        message: `${principalOf(request).name} revoked the token "${record.name}"`,
        data: { id: record.id, name: record.name },
      });
    });
    return reply.code(204).send();
  });
}

const of = (project: string | null): string => (project === null ? '' : ` of the project ${project}`);

function noToken(asked: string): IngotError {
  return new IngotError('not_found', `Token ${asked} could not be found.`, {
    hint: '`ingot token list` shows all tokens.',
  });
}

function tooMany(): IngotError {
  return new IngotError('conflict', `There are ${MOST_TOKENS} tokens already`, {
    hint: 'Revoke those that nobody uses: `ingot token list` shows them.',
  });
}
