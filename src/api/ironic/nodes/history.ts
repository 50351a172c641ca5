/** `/v1/nodes/{id}/history` (1.78): the node's events, as Ironic's clients know them. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import type { EventRecord } from '../../../store/records/event.ts';
import type { ApiContext } from '../../context.ts';
import { parseQuery } from '../../parse.ts';
import { looseBoolean, paging } from '../../schemas/common.ts';
import { baseUrl } from '../../server.ts';
import { ironicTime } from '../../time.ts';
import { findNode } from '../idents.ts';
import { nextLink, pageSize, plainQuery } from '../paging.ts';
import { refuseBefore } from '../since.ts';

const SINCE = 78;
const LONGEST_SHORT_EVENT = 255;
/** Events read at once while those of no interest are passed over. */
const CHUNK = 1000;

export const historyQuery = z.strictObject({
  ...paging,
  detail: looseBoolean.optional(),
  sort_key: z.enum(['id', 'created_at'], 'the history sorts by created_at only').optional(),
});

/** Ironic's `event_type` for our kinds, by the part before the dot. */
const TYPES: Readonly<Record<string, string>> = {
  state: 'transition',
  job: 'provisioning',
  agent: 'provisioning',
  boot: 'provisioning',
  dhcp: 'provisioning',
  tftp: 'provisioning',
  power: 'conductor',
  maintenance: 'conductor',
  node: 'conductor',
  bmc: 'monitoring',
  lcm: 'monitoring',
};

type WithIdent = { Params: { ident: string } };
type WithEvent = { Params: { ident: string; event: string } };

export function historyRoutes(app: FastifyInstance, { store, hostname }: ApiContext): void {
  const list = async (request: FastifyRequest<WithIdent>, detailed: boolean): Promise<object> => {
    refuseBefore(SINCE, request);
    const plain = plainQuery(request.query);
    const query = parseQuery(historyQuery, plain);
    const { uuid } = await findNode(store, request.params.ident);
    const size = pageSize(query.limit);
    const entries: EventRecord[] = [];
    for (let after = query.marker === undefined ? 0 : seqOf(query.marker); entries.length < size; ) {
      const chunk = await store.events.list({ node_uuid: uuid, after, limit: CHUNK });
      entries.push(...chunk.filter(isHistory));
      after = chunk.at(-1)?.seq ?? after;
      if (chunk.length < CHUNK) break;
    }
    const base = baseUrl(request);
    const detail = detailed || query.detail === true;
    const views = entries
      .slice(0, size)
      .map((event) => historyEntry(event, { base, hostname, detail, uuid }));
    const url = `${base}/v1/nodes/${uuid}/history`;
    return { history: views, ...nextLink({ url, query: plain, size, items: views }) };
  };
  app.get<WithIdent>('/v1/nodes/:ident/history', (request) => list(request, false));
  // Where `baremetal node history list --long` looks, which Ironic itself does not answer.
  app.get<WithIdent>('/v1/nodes/:ident/history/detail', (request) => list(request, true));

  app.get<WithEvent>('/v1/nodes/:ident/history/:event', async (request) => {
    refuseBefore(SINCE, request);
    const { uuid } = await findNode(store, request.params.ident);
    const seq = seqOf(request.params.event);
    const [event] = await store.events.list({ node_uuid: uuid, after: seq - 1, limit: 1 });
    if (event?.seq === seq && isHistory(event))
      return historyEntry(event, { base: baseUrl(request), hostname, detail: true, uuid });
    throw new IngotError('not_found', `Node history record ${request.params.event} could not be found.`, {
      hint: 'The list of the history has the uuids; old entries are forgotten.',
    });
  });
}

const isHistory = (event: EventRecord): boolean => event.severity !== 'debug';

type Shown = {
  readonly base: string;
  readonly hostname: string;
  readonly detail: boolean;
  /** The node's. */
  readonly uuid: string;
};

function historyEntry(
  event: EventRecord,
  { base, hostname, detail, uuid: node }: Shown,
): JsonObject & { readonly uuid: string } {
  const uuid = historyUuid(event.seq);
  const short =
    event.message.length > LONGEST_SHORT_EVENT ? `${event.message.slice(0, 251)}...` : event.message;
  return {
    uuid,
    created_at: ironicTime(event.at),
    severity: event.severity.toUpperCase(),
    event: detail ? event.message : short,
    ...(detail
      ? {
          event_type: TYPES[event.kind.split('.')[0] ?? ''] ?? 'conductor',
          conductor: hostname,
          user: event.data.asked_by ?? null,
        }
      : {}),
    links: [{ href: `${base}/v1/nodes/${node}/history/${uuid}`, rel: 'self' }],
  };
}

/** Events have numbers; Ironic's clients want a uuid. */
function historyUuid(seq: number): string {
  return `00000000-0000-4000-8000-${seq.toString(16).padStart(12, '0')}`;
}

/** The number behind such a uuid; 0, which no event has, for any other. */
function seqOf(uuid: string): number {
  const match = /^00000000-?0000-?4000-?8000-?([0-9a-f]{12})$/i.exec(uuid);
  return match?.[1] === undefined ? 0 : Number.parseInt(match[1], 16);
}
