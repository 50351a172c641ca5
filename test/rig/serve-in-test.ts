/** HTTP servers that live as long as a test. */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { onTestFinished } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

/** Returns the port on loopback. */
export async function serveInTest(server: HttpServer | HttpsServer): Promise<number> {
  const port = await listenOnLoopback(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}
