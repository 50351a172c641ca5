import { createServer } from 'node:net';

/** Free TCP ports of loopback, one for each name. */
export async function freePorts<const Name extends string>(
  ...names: readonly Name[]
): Promise<Readonly<Record<Name, number>>> {
  const open = await Promise.all(
    names.map(async (name) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      if (typeof address !== 'object' || address === null) throw new Error('no port was given');
      return { name, port: address.port, server };
    }),
  );
  // All are open at once, so that none is given twice.
  for (const { server } of open) await new Promise<void>((resolve) => server.close(() => resolve()));
  return Object.fromEntries(open.map(({ name, port }) => [name, port])) as Record<Name, number>;
}
