/**
 * Bounds the requests that one connection has under way. A client may send the next before it has its answer (RFC 9112
 * 9.3.2), and Node starts each that it finds in what it read: a megabyte of small ones held the event loop for seconds.
 */
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** None of iPXE, EDK2, curl, Ironic's clients and the agents sends a second before its answer. */
export const MOST_UNDER_WAY = 4;

/** Cuts a connection that has more of them under way. `onFull` is told once for each connection. */
export function withoutLongPipelines(handler: RequestListener, onFull: () => void): RequestListener {
  const underWay = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // What was read with the request too many is handed on all the same.
    if (socket.destroyed) return;
    const many = underWay.get(socket) ?? 0;
    if (many >= MOST_UNDER_WAY) {
      onFull();
      socket.destroy();
      return;
    }
    underWay.set(socket, many + 1);
    response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
    handler(request, response);
  };
}
