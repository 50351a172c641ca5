/**
 * Bounds what strangers on a provisioning network may hold of a listener: connections for each address, and
 * request bodies under way, for each address and together. A body counts with what its head declares from the
 * request until its answer has left, because that is how long the memory it fills may be held.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Counters } from '../../net/counters.ts';
import { MALFORMED_COUNTS } from './malformed-requests.ts';

export type FloodLimits = {
  readonly connectionsPerAddress: number;
  /** Bytes of request bodies under way on the listener. */
  readonly bodyBytes: number;
  /** The part of them that one address may have, so that it cannot shut out the others. */
  readonly bodyBytesPerAddress: number;
  /** What a body of unknown length counts: the largest that any path takes. */
  readonly largestBody: number;
};

/** Why somebody was not served: a closed list, so that metrics know every reason before it is met. */
export const FLOOD_COUNTS = [
  /** On the listener; counted by whoever holds its server (`drop`). */
  'connections_full',
  'connections_of_address_full',
  /** More requests under way on one connection than any client of ours sends; counted where that is seen. */
  'requests_of_connection_full',
  'bodies_full',
  'bodies_of_address_full',
  /** An HTTPS connection that ended in its handshake, as by firmware that does not trust our authority. */
  'tls_failed',
  ...MALFORMED_COUNTS,
] as const;
export type FloodCount = (typeof FLOOD_COUNTS)[number];

export type FloodGuard = {
  /** For the server's `connection` event: cuts the connections that an address has too many of. */
  onConnection(socket: Socket): void;
  /** Answers 503 with `Retry-After`, and closes, instead of calling the handler when there is no room for the body. */
  guard(handler: RequestListener): RequestListener;
};

const RETRY_AFTER_S = 5;
const TOO_MUCH = 'too many request bodies at once\n';

type Account = { connections: number; bytes: number };
type Held = { readonly account: Account; bytes: number };

export function createFloodGuard(limits: FloodLimits, counters: Counters<FloodCount>): FloodGuard {
  const accounts = new Map<string, Account>();
  const connections = new WeakMap<Socket, Held>();
  let underWay = 0;

  const take = (held: Held, bytes: number): void => {
    held.bytes += bytes;
    held.account.bytes += bytes;
    underWay += bytes;
  };
  /** Null when there is room. */
  const refusalOf = ({ account }: Held, bytes: number): FloodCount | null => {
    if (account.bytes + bytes > limits.bodyBytesPerAddress) return 'bodies_of_address_full';
    return underWay + bytes > limits.bodyBytes ? 'bodies_full' : null;
  };

  return {
    onConnection(socket) {
      const address = socket.remoteAddress ?? '';
      const account = accounts.get(address) ?? { connections: 0, bytes: 0 };
      if (account.connections >= limits.connectionsPerAddress) {
        counters.count('connections_of_address_full');
        socket.destroy();
        return;
      }
      const held: Held = { account, bytes: 0 };
      account.connections++;
      accounts.set(address, account);
      connections.set(socket, held);
      // Answers that still queued behind others never close by themselves: the connection's end settles them.
      socket.once('close', () => {
        take(held, -held.bytes);
        connections.delete(socket);
        account.connections--;
        if (account.connections === 0) accounts.delete(address);
      });
    },
    guard: (handler) => (request, response) => {
      const held = connections.get(request.socket);
      if (held === undefined) {
        request.socket.destroy();
        return;
      }
      const bytes = bodyBytes(request, limits.largestBody);
      if (bytes === 0) return handler(request, response);
      const refusal = refusalOf(held, bytes);
      if (refusal !== null) {
        counters.count(refusal);
        return refuse(response);
      }
      take(held, bytes);
      response.once('close', () => {
        if (connections.has(request.socket)) take(held, -bytes);
      });
      return handler(request, response);
    },
  };
}

/** Longer bodies than the largest are refused by the paths before they are read. */
function bodyBytes(request: IncomingMessage, largest: number): number {
  if (request.headers['transfer-encoding'] !== undefined) return largest;
  return Math.min(Number(request.headers['content-length'] ?? 0), largest);
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': TOO_MUCH.length,
    'Retry-After': RETRY_AFTER_S,
    Connection: 'close',
  });
  response.end(TOO_MUCH);
}
