/** Talking to a daemon that may be killed and started again at any moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../src/cli/client.ts';

/** Daemons that live for half a second each answer the others first now and then. */
const PATIENCE_MS = 300_000;
const PAUSE_MS = 100;

/** Calls again while the daemon is away; what it refuses is thrown at once. For calls that may be repeated. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const away = error instanceof Error && 'code' in error && error.code === 'daemon_unreachable';
      if (!away || Date.now() > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/**
 * Sends a request that begins a job exactly once. When the answer is lost with the daemon, the node's newest job
 * tells whether the request was taken: a 2xx means that it is on disk, and a lost answer may mean it too.
 */
export async function requestOnce(
  client: Client,
  name: string,
  request: () => Promise<unknown>,
): Promise<void> {
  const before = await patiently(() => client.nodes.job(name));
  await patiently(async () => {
    const now = await client.nodes.job(name);
    if (now === null || now.id === before?.id) await request();
  });
}
