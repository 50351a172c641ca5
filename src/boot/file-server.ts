/**
 * The HTTP side of booting, as a handler that the server on the PXE network's address calls first:
 *
 *     /boot/<file>        first-stage programs, from the manifest (UEFI HTTP boot)
 *     /ipxe/<mac>         the script of a MAC, with hyphens
 *     /grub/<file>        GRUB's configuration, for a GRUB with HTTP that firmware loaded by HTTP
 *     /files/vmlinuz      the ramdisk's kernel, from memory
 *     /files/initrd.zst   the ramdisk, from memory
 *     /images/<id>        raw images, from the cache on disk
 *
 * Paths are compared as they come (`resources.ts`), never decoded or joined to a folder.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Counters } from '../net/counters.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { printable } from '../plain-text.ts';
import { type AdmissionLimits, createAdmission } from './admission.ts';
import type { BootCount } from './counts.ts';
import type { BootFact } from './facts.ts';
import { type Sent, sendFile, sendText } from './http-send.ts';
import { createResolvers, type Resource, type ResourceOptions } from './resources.ts';

export type BootHandlerOptions = ResourceOptions & {
  readonly clock: Clock;
  readonly log: Log;
  readonly onFact: (fact: BootFact) => void;
  readonly counters: Counters<BootCount>;
  readonly limits: AdmissionLimits;
  /** The machine that DHCP gave this address to; null when nobody knows. */
  readonly macOf: (address: Ipv4) => Mac | null;
  /** Whether the machine of that MAC said UEFI HTTP boot when it last asked DHCP. */
  readonly bootsByHttp: (mac: Mac) => boolean;
  /** What is told of a request for a file that is not there and that its boot does without; null: it may need it. */
  readonly askedByHabit: (name: string, by: 'HTTP' | 'HTTPS') => string | null;
};

/** A client that takes no byte for so long is gone. */
const STALLED_MS = 120_000;
/** Characters of a path that are told of. */
const LONGEST_PATH = 200;

/** Resolves to false, with the response untouched, for paths that are not ours. Never rejects. */
export type BootHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

type Told = Pick<BootFact, 'kind' | 'sentence' | 'bytes'> & Pick<Partial<BootFact>, 'mac' | 'address'>;

export function createBootHandler(options: BootHandlerOptions): BootHandler {
  const { clock, counters, macOf, onFact } = options;
  const log = options.log.child({ component: 'boot-http' });
  const resolvers = createResolvers(options);
  const roots = Object.keys(resolvers);
  const admit = createAdmission(options);

  return async (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const root = roots.find((prefix) => path.startsWith(prefix));
    const resolve = root === undefined ? undefined : resolvers[root];
    if (root === undefined || resolve === undefined) return false;
    const address = parseIpv4(withoutMapping(request.socket.remoteAddress));
    const file = printable(path, LONGEST_PATH);
    const startedAt = clock.elapsed();
    response.setTimeout(STALLED_MS, () => response.destroy());
    let told: Told | null;
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        counters.count('method_refused');
        told = await refuseMethod(response);
      } else {
        const name = path.slice(root.length);
        const by = wayOf(request);
        const resource = await resolve(name, {
          client: address,
          channel: by === 'HTTPS' ? 'tls' : 'plain',
          localAddress: withoutMapping(request.socket.localAddress),
          onlyLooks: request.method === 'HEAD',
        });
        const habit = () => options.askedByHabit(name, by);
        const elapsed = (): number => clock.elapsed() - startedAt;
        const client = { address: address ?? '', mac: address === null ? null : macOf(address) };
        const serve = () => answer({ request, response, resource, file, elapsed, counters, habit });
        told = await admit({ request, response, resource, client, serve });
      }
    } catch (thrown) {
      log.error({ address, file, error: String(thrown) }, 'a boot file could not be served');
      counters.count('unreadable');
      told = await giveUp(response, file);
    }
    log.debug({ address, file, method: request.method, status: response.statusCode }, 'boot request');
    if (told !== null && request.method === 'GET')
      onFact({ mac: null, address, file, at: clock.now(), ...told });
    return true;
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
  readonly counters: Counters<BootCount>;
  /** As `askedByHabit`, of what is asked for here. */
  readonly habit: () => string | null;
}): Promise<Told | null> {
  const { counters, request, resource, response } = exchange;
  switch (resource.kind) {
    case 'missing': {
      counters.count('not_found');
      await sendText(response, 404, `${resource.sentence}\n`);
      const habit = exchange.habit();
      if (habit !== null) return { kind: 'boot.request', bytes: 0, sentence: habit };
      return { kind: 'boot.failed', bytes: 0, sentence: `asked for ${exchange.file}: ${resource.sentence}` };
    }
    case 'script':
    case 'grub': {
      const { loaded, text } = resource;
      counters.count('scripts');
      await sendText(response, 200, text);
      if (loaded === null) return null;
      const { address, fact, mac, sentence } = loaded;
      return { kind: fact, mac, address, bytes: text.length, sentence };
    }
    case 'refused': {
      await sendText(response, 200, resource.text);
      return resource.told;
    }
    case 'file': {
      if (resource.fact === 'boot.program') counters.count('programs');
      const sent = await sendFile({ request, response, file: resource.file, elapsed: exchange.elapsed });
      if (!sent.complete) counters.count('broken_off');
      const refusal = REFUSED_BY_STATUS.get(sent.status);
      if (refusal !== undefined) counters.count(refusal);
      return tellSent(resource, sent, { ms: exchange.elapsed(), by: wayOf(request) });
    }
  }
}

const REFUSED_BY_STATUS: ReadonlyMap<number, BootCount> = new Map([
  [412, 'precondition_failed'],
  [416, 'range_refused'],
]);

/** An event for the start of each file only: agents fetch images in thousands of ranges. */
function tellSent(
  resource: Extract<Resource, { kind: 'file' }>,
  sent: Sent,
  { ms, by }: { readonly ms: number; readonly by: 'HTTP' | 'HTTPS' },
): Told | null {
  const { fact, file, title } = resource;
  if (sent.from > 0 || (sent.status !== 200 && sent.status !== 206)) return null;
  if (!sent.complete)
    return { kind: 'boot.failed', bytes: 0, sentence: `broke off ${title} (${file.size} bytes) by ${by}` };
  const amount = sent.bytes === file.size ? `${sent.bytes} bytes` : `its first ${sent.bytes} bytes`;
  const sentence = `fetched ${title} by ${by}: ${amount} in ${(ms / 1000).toFixed(1)} s`;
  return { kind: fact, bytes: sent.bytes, sentence };
}

const wayOf = ({ socket }: IncomingMessage): 'HTTP' | 'HTTPS' =>
  socket instanceof TLSSocket ? 'HTTPS' : 'HTTP';

/** A server that listens on `::` sees IPv4 addresses in IPv6 clothes. */
const withoutMapping = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');
