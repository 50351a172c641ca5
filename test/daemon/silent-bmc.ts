import { createServer, type Socket } from 'node:net';

export type SilentBmc = { readonly port: number; connections(): number; stop(): Promise<void> };

/** A BMC that takes connections and never says a word: whoever asks it has work at hand for long. */
export async function startSilentBmc(): Promise<SilentBmc> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  return {
    port: address.port,
    connections: () => sockets.length,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
