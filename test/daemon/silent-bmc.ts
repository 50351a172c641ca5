import { createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../rig/loopback.ts';

export type SilentBmc = { readonly port: number; connections(): number; stop(): Promise<void> };

/** A BMC that takes connections and never says a word: whoever asks it has work at hand for long. */
export async function startSilentBmc(): Promise<SilentBmc> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  const port = await listenOnLoopback(server);
  return {
    port,
    connections: () => sockets.length,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
