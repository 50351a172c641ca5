/** A caller of Ironic's API that costs little itself: plain HTTP, connections kept. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 120_000;

export type Caller = {
  /** The answer's text. Rejects with status and text when the status is no success. */
  call(method: string, path: string, body?: object): Promise<string>;
  /** Milliseconds that the call took. */
  timed(method: string, path: string, body?: object): Promise<number>;
  /** Asks for the verb, then for the node's state until it is there. */
  take(uuid: string, verb: string, state: string): Promise<void>;
  close(): void;
};

export type ApiAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export type CallerOptions = {
  /** How many calls may be under way at once; more wait. */
  readonly connections: number;
  /** Of the API, such as `1.82`. */
  readonly version: string;
  /** Milliseconds between two questions for a node's state. */
  readonly pollMs: number;
};

export function createCaller(address: ApiAddress, { connections, version, pollMs }: CallerOptions): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const call: Caller['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const sent = body === undefined ? null : JSON.stringify(body);
      const headers = {
        'X-OpenStack-Ironic-API-Version': version,
        ...(sent === null
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(sent) }),
      };
      const asked = request({ ...address, path, method, headers, agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('error', reject);
        answer.once('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(text);
          else reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`));
        });
      });
      asked.once('error', reject);
      asked.end(sent ?? undefined);
    });
  return {
    call,
    timed: async (method, path, body) => {
      const began = performance.now();
      await call(method, path, body);
      return performance.now() - began;
    },
    take: async (uuid, verb, state) => {
      await call('PUT', `/v1/nodes/${uuid}/states/provision`, { target: verb });
      const until = performance.now() + PATIENCE_MS;
      while (!(await call('GET', `/v1/nodes/${uuid}?fields=provision_state`)).includes(`"${state}"`)) {
        if (performance.now() > until) throw new Error(`${uuid} never came to ${state}`);
        await sleep(pollMs);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Runs `work` for each of `items`, at most `width` at once; the first failure ends it. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const runner = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: width }, runner));
}
