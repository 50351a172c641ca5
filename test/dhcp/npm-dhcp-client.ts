/** Runs the client of the npm package `dhcp` once: `node npm-dhcp-client.ts MAC` prints `bound ADDRESS`. */
import { createRequire } from 'node:module';
import { z } from 'zod';

const state = z.object({ address: z.string() });
const dhcp: { createClient(options: object): Client } = createRequire(import.meta.url)('dhcp');

type Client = {
  on(event: 'bound', handler: (state: unknown) => void): void;
  on(event: 'listening', handler: () => void): void;
  listen(): void;
  sendDiscover(): void;
};

const client = dhcp.createClient({ mac: process.argv[2] });
client.on('bound', (bound) => {
  process.stdout.write(`bound ${state.parse(bound).address}\n`);
  process.exit(0);
});
client.on('listening', () => client.sendDiscover());
client.listen();
setTimeout(() => process.exit(1), 20_000);
