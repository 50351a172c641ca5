/**
 * The HTTP side of booting, as a handler that the server on the PXE network's address calls first:
 *
 *     /boot/<file>        first-stage programs, from the manifest (UEFI HTTP boot)
 *     /ipxe/<mac>         the script of a MAC, with hyphens
 *     /files/vmlinuz      the ramdisk's kernel, from memory
 *     /files/initrd.zst   the ramdisk, from memory
 *     /images/<id>        raw images, from the cache on disk
 *
 * Paths are compared as they come (`resources.ts`), never decoded or joined to a folder.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { parseIpv4 } from '../net/ipv4.ts';
import type { BootFact } from './facts.ts';
import { type Sent, sendFile, sendText } from './http-send.ts';
import { LEAST_RATE, type LeastRate, requireRate } from './least-rate.ts';
import { createResolvers, type Resource, type ResourceOptions } from './resources.ts';

export type BootHandlerOptions = ResourceOptions & {
  readonly clock: Clock;
  readonly log: Log;
  readonly onFact: (fact: BootFact) => void;
  /** Downloads from disk at once (2 MiB of memory each); more are told to come back. 64 unless told. */
  readonly maxImageDownloads?: number;
  /** What a download from disk has to take, or it is cut: each holds one of those places. */
  readonly leastRate?: LeastRate;
};

/** A client that takes no byte for so long is gone. */
const STALLED_MS = 120_000;
const RETRY_AFTER_S = 5;

/** Resolves to false, with the response untouched, for paths that are not ours. Never rejects. */
export type BootHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

type Told = Pick<BootFact, 'kind' | 'sentence' | 'bytes'> & Pick<Partial<BootFact>, 'mac'>;

export function createBootHandler(options: BootHandlerOptions): BootHandler {
  const { clock, onFact } = options;
  const log = options.log.child({ component: 'boot-http' });
  const resolvers = createResolvers(options);
  const roots = Object.keys(resolvers);
  const admit = createAdmission({
    maxImageDownloads: options.maxImageDownloads ?? 64,
    leastRate: options.leastRate ?? LEAST_RATE,
    clock,
  });

  return async (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const root = roots.find((prefix) => path.startsWith(prefix));
    const resolve = root === undefined ? undefined : resolvers[root];
    if (root === undefined || resolve === undefined) return false;
    const address = parseIpv4(withoutMapping(request.socket.remoteAddress));
    const file = printable(path);
    const startedAt = clock.now();
    response.setTimeout(STALLED_MS, () => response.destroy());
    let told: Told | null;
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        told = await refuseMethod(response);
      } else {
        const resource = await resolve(path.slice(root.length), withoutMapping(request.socket.localAddress));
        const elapsed = (): number => clock.now() - startedAt;
        told = await admit(resource, response, () => answer({ request, response, resource, file, elapsed }));
      }
    } catch (thrown) {
      log.error({ address, file, error: String(thrown) }, 'a boot file could not be served');
      told = await giveUp(response, file);
    }
    log.debug({ address, file, method: request.method, status: response.statusCode }, 'boot request');
    if (told !== null && request.method === 'GET')
      onFact({ mac: null, address, file, at: clock.now(), ...told });
    return true;
  };
}

type Admission = (
  resource: Resource,
  response: ServerResponse,
  serve: () => Promise<Told | null>,
) => Promise<Told | null>;

/** Files from memory cost nothing to hold open; downloads from disk are counted. */
function createAdmission(bounds: {
  readonly maxImageDownloads: number;
  readonly leastRate: LeastRate;
  readonly clock: Clock;
}): Admission {
  const { clock, leastRate, maxImageDownloads } = bounds;
  let underWay = 0;
  return async (resource, response, serve) => {
    if (resource.kind !== 'file' || resource.file.body instanceof Uint8Array) return serve();
    if (underWay >= maxImageDownloads) {
      response.setHeader('Retry-After', RETRY_AFTER_S);
      await sendText(response, 503, 'too many downloads at once\n');
      return null;
    }
    underWay++;
    const stopWatching = requireRate(response, { ...leastRate, clock });
    try {
      return await serve();
    } finally {
      stopWatching();
      underWay--;
    }
  };
}

async function refuseMethod(response: ServerResponse): Promise<null> {
  response.setHeader('Allow', 'GET, HEAD');
  await sendText(response, 405, 'only GET and HEAD\n');
  return null;
}

async function giveUp(response: ServerResponse, file: string): Promise<Told> {
  if (response.headersSent) response.destroy();
  else {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    await sendText(response, 500, 'the file could not be read\n');
  }
  return { kind: 'boot.failed', bytes: 0, sentence: `asked for ${file}, which could not be read here` };
}

async function answer(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly resource: Resource;
  readonly file: string;
  readonly elapsed: () => number;
}): Promise<Told | null> {
  const { request, resource, response } = exchange;
  switch (resource.kind) {
    case 'missing':
      await sendText(response, 404, `${resource.sentence}\n`);
      return { kind: 'boot.failed', bytes: 0, sentence: `asked for ${exchange.file}: ${resource.sentence}` };
    case 'script': {
      const { mac, sentence, text } = resource;
      await sendText(response, 200, text);
      return { kind: 'boot.script', mac, bytes: text.length, sentence };
    }
    case 'file': {
      const sent = await sendFile(request, response, resource.file);
      return tellSent(resource, sent, exchange.elapsed());
    }
  }
}

/** An event for the start of each file only: agents fetch images in thousands of ranges. */
function tellSent(resource: Extract<Resource, { kind: 'file' }>, sent: Sent, ms: number): Told | null {
  const { fact, file, title } = resource;
  if (sent.from > 0 || (sent.status !== 200 && sent.status !== 206)) return null;
  if (!sent.complete)
    return { kind: 'boot.failed', bytes: 0, sentence: `broke off ${title} (${file.size} bytes) by HTTP` };
  const amount = sent.bytes === file.size ? `${sent.bytes} bytes` : `its first ${sent.bytes} bytes`;
  const sentence = `fetched ${title} by HTTP: ${amount} in ${(ms / 1000).toFixed(1)} s`;
  return { kind: fact, bytes: sent.bytes, sentence };
}

const printable = (path: string): string => path.slice(0, 200).replaceAll(/[^\x21-\x7e]/g, '?');

/** A server that listens on `::` sees IPv4 addresses in IPv6 clothes. */
const withoutMapping = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');
