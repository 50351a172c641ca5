import { createServer, type Server } from 'node:net';

/** Below 32768 the kernel gives none out by itself (ip_local_port_range): nobody takes one between here and its use. */
const FIRST = 12_000;
/** Test files that run at the same time have ranges of their own, by the number of their vitest worker. */
const RANGE = 2_000;
const WORKERS = 10;

/** Free TCP ports of loopback, one for each name. */
export async function freePorts<const Name extends string>(
  ...names: readonly Name[]
): Promise<Readonly<Record<Name, number>>> {
  const open = await Promise.all(names.map(async (name) => ({ name, ...(await openOne()) })));
  // All are open at once, so that none is given twice.
  for (const { server } of open) await new Promise<void>((resolve) => server.close(() => resolve()));
  return Object.fromEntries(open.map(({ name, port }) => [name, port])) as Record<Name, number>;
}

async function openOne(): Promise<{ readonly port: number; readonly server: Server }> {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
  for (let tries = 0; tries < RANGE; tries++) {
    const port = FIRST + worker * RANGE + Math.floor(Math.random() * RANGE);
    const server = await listen(port);
    if (server !== null) return { port, server };
  }
  throw new Error('no port is free');
}

/** Null: somebody has it. */
async function listen(port: number): Promise<Server | null> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
