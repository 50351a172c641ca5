/** `GET /v1/events`: everything that happens, live, as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';
import { plainQuery } from '../ironic/paging.ts';
import { parseQuery } from '../parse.ts';
import { commaList } from '../schemas/common.ts';
import { formatEnd, formatEvent, HEARTBEAT } from './sse.ts';
import { followEvents, newestSeq } from './stream.ts';

const MOST_STREAMS = 256;
const HEARTBEAT_MS = 15_000;
/** A client whose socket takes nothing for so long is cut off; it resumes by its last id. */
const STALL_MS = 30_000;

const eventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  node: z.string().optional(),
  kinds: commaList.optional(),
});

export type EventStreams = {
  /** Ends every stream with the reason, so that a stopping daemon does not wait for them. */
  endAll(reason: string): void;
};

export function eventRoutes(app: FastifyInstance, { store, log }: ApiContext): EventStreams {
  const open = new Set<(reason: string) => void>();
  // Before fastify waits for its connections, of which these would never end by themselves.
  app.addHook('preClose', async () => endAll('the daemon stops'));
  const endAll = (reason: string): void => {
    for (const end of [...open]) end(reason);
  };

  app.get('/v1/events', async (request, reply) => {
    const query = parseQuery(eventsQuery, plainQuery(request.query));
    if (open.size >= MOST_STREAMS) {
      throw new IngotError('busy', `${MOST_STREAMS} clients follow the events already`, {
        hint: 'Close one of them.',
      });
    }
    const node = query.node === undefined ? null : await findNode(store, query.node);
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
    open.add(end);
    const heartbeat = setInterval(() => {
      if (!response.writableNeedDrain) response.write(HEARTBEAT);
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
        sink: { write: (event) => writeBounded(response, formatEvent(event)) },
        signal: gone.signal,
      });
    } catch (error) {
      log.error({ error: String(error) }, 'an event stream failed');
    } finally {
      clearInterval(heartbeat);
      open.delete(end);
      // An ended response still has its last words to deliver.
      if (!response.writableEnded) response.destroy();
    }
  });
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
