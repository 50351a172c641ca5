/** Loads a file with the npm package `tftp`: `node npm-tftp-client.ts PORT NAME TARGET BLOCK_SIZE WINDOW_SIZE`. */
import { createRequire } from 'node:module';

type Client = { get(remote: string, local: string, done: (error: Error | null) => void): void };

const tftp: { createClient(options: object): Client } = createRequire(import.meta.url)('tftp');
const [port, name = '', target = '', blockSize, windowSize] = process.argv.slice(2);
const numbers = { port: Number(port), blockSize: Number(blockSize), windowSize: Number(windowSize) };
const client = tftp.createClient({ host: '127.0.0.1', ...numbers });
client.get(name, target, (error) => {
  if (error) process.stderr.write(`${error.stack}\n`);
  process.exit(error ? 1 : 0);
});
