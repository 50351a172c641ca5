/** `GET /ingot/v1/events`: everything that happens, live, as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import { nodeNotFound } from '../../store/nodes.ts';
import { isTheirs } from '../access/own.ts';
import { allows, forbidden } from '../access/policies.ts';
import { type Principal, principalOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';
import { plainQuery } from '../ironic/paging.ts';
import { parseQuery } from '../parse.ts';
import { eventsQuery } from '../schemas/event.ts';
import { formatEnd, formatEvent, formatGap, HEARTBEAT } from './sse.ts';
import { followEvents, newestSeq } from './stream.ts';
import { eventsOf, isLetIn } from './whose.ts';

const MOST_STREAMS = 256;
const HEARTBEAT_MS = 15_000;
/** A client whose socket takes nothing for so long is cut off; it resumes by its last id. */
const STALL_MS = 30_000;

export type EventStreams = {
  /** Ends every stream with the reason, so that a stopping daemon does not wait for them. */
  endAll(reason: string): void;
};

/** The second is where they were before `/ingot/v1` had them. */
const PATHS = ['/ingot/v1/events', '/v1/events'] as const;

export function eventRoutes(app: FastifyInstance, { store, log, clock }: ApiContext): EventStreams {
  const open = new Map<(reason: string) => void, Principal>();
  // Before fastify waits for its connections, of which these would never end by themselves.
  app.addHook('preClose', async () => endAll('the daemon stops'));
  const endAll = (reason: string): void => {
    for (const end of [...open.keys()]) end(reason);
  };
  const endIfShutOut = async (principal: Principal, end: (reason: string) => void): Promise<void> => {
    if (!(await isLetIn(principal, { store, now: clock.now() }))) end('the token was revoked, or is over');
  };
  const failed = (error: unknown): void => log.error({ error: String(error) }, 'an event stream failed');
  const stopListening = store.onEvent(({ kind }) => {
    if (kind !== 'token.revoked') return;
    for (const [end, principal] of open) void endIfShutOut(principal, end).catch(failed);
  });
  app.addHook('onClose', async () => stopListening());

  const follow = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const principal = principalOf(request);
    const query = parseQuery(eventsQuery, plainQuery(request.query));
    if (open.size >= MOST_STREAMS) {
      throw new IngotError('busy', `${MOST_STREAMS} clients follow the events already`, {
        hint: 'Close one of them.',
      });
    }
    const node = query.node === undefined ? null : await findNode(store, query.node);
    if (node !== null && !allows(principal, 'ingot:events', node))
      throw isTheirs(principal, node) ? forbidden('ingot:events', principal) : nodeNotFound(query.node ?? '');
    const mayHear = eventsOf(principal, store);
    const newest = await newestSeq(store);
    const asked = lastEventId(request.headers['last-event-id']) ?? query.after ?? newest;
    // Beyond the newest is a position in another store (one put back from a backup, say): nothing would ever come.
    const after = Math.min(asked, newest);
    const moved =
      asked > newest ? `: there is no event ${asked} yet; going on after ${newest}, the newest\n` : '';

    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      ...versionHeaders(reply.getHeaders()),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    // An id without data: a client that loses the line before the first event resumes from here too.
    response.write(`: the events of ingot; resume with Last-Event-ID\n${moved}id: ${after}\n\n`);

    const gone = new AbortController();
    const end = (reason: string): void => {
      if (!response.writableEnded) response.end(formatEnd(reason));
      gone.abort();
    };
    open.set(end, principal);
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(HEARTBEAT);
      void endIfShutOut(principal, end).catch(failed);
    }, HEARTBEAT_MS);
    response.on('close', () => gone.abort());
    try {
      await followEvents({
        store,
        filter: {
          ...(node === null ? {} : { node_uuid: node.uuid }),
          ...(query.kinds === undefined ? {} : { kinds: query.kinds }),
        },
        after,
        sink: {
          write: async (event) => !(await mayHear(event)) || writeBounded(response, formatEvent(event)),
          gap: (gap) => writeBounded(response, formatGap(gap)),
        },
        signal: gone.signal,
      });
    } catch (error) {
      failed(error);
    } finally {
      clearInterval(heartbeat);
      open.delete(end);
      // An ended response still has its last words to deliver.
      if (!response.writableEnded) response.destroy();
    }
  };
  for (const path of PATHS) app.get(path, follow);
  return { endAll };
}

/** False when the client is gone, or takes nothing for `STALL_MS`. */
async function writeBounded(response: ServerResponse, text: string): Promise<boolean> {
  if (response.writableEnded || response.destroyed) return false;
  if (response.write(text)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const drained = (): void => resolve(true);
  const closed = (): void => resolve(false);
  const timer = setTimeout(closed, STALL_MS);
  response.once('drain', drained);
  response.once('close', closed);
  const roomy = await promise;
  clearTimeout(timer);
  response.off('drain', drained);
  response.off('close', closed);
  return roomy;
}

function lastEventId(header: string | readonly string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function versionHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
