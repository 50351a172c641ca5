/** The boot file server over HTTP: paths, methods, ranges, headers, and bytes that are no HTTP at all. */
import { connect } from 'node:net';
import { entry } from '../../boot/fixtures.ts';
import { type BootHttp, MAC, startBootHttp } from '../../boot/http-harness.ts';
import { mutate, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise } from '../target.ts';

const AT_ONCE = 8;
const INITRD_BYTES = 20_000;
/** Status line and headers of an answer, and a script. */
const SMALL_BYTES = 8192;

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'CONNECT', 'get'];
const PATHS = [
  '/boot/snponly.efi',
  '/boot/../vmlinuz',
  '/boot/%2e%2e/%2e%2e/etc/passwd',
  '/boot//etc/passwd',
  '/boot/snponly.efi%00',
  '/files/vmlinuz',
  '/files/initrd.zst',
  '/files/..%5c..%5cetc%5cpasswd',
  '/files/__proto__',
  '/files/constructor',
  '/ipxe/52-54-00-ab-cd-ef',
  '/ipxe/ff-ff-ff-ff-ff-ff?x=1',
  '/images/nothing',
  '/images/../../ingot.db',
  'http://elsewhere/files/vmlinuz',
  '*',
  '/',
];
const HEADERS = [
  'Range: bytes=0-0',
  'Range: bytes=5-',
  'Range: bytes=-5',
  'Range: bytes=0-0,2-3,9-',
  'Range: bytes=99999999999999999999-',
  'Range: bytes=7-3',
  'Range: lines=1-2',
  'If-Range: "x"',
  'If-None-Match: *',
  'If-Modified-Since: Thu, 99 Nov 9999 99:99:99 GMT',
  'Content-Length: 5',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  'Connection: keep-alive',
  'Upgrade: websocket',
  `X-Long: ${'a'.repeat(2000)}`,
];

function request(random: Random): Buffer {
  const headers = Array.from({ length: random.below(5) }, () => pick(random, HEADERS));
  const lines = [`${pick(random, METHODS)} ${pick(random, PATHS)} HTTP/1.1`, 'Host: 10.20.0.1', ...headers];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** Sends the bytes, ends our half, and resolves to what came until the server ended its own. */
function converse(port: number, bytes: Uint8Array): Promise<Buffer> {
  const { promise: answered, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.setTimeout(5_000, () => {
    socket.destroy();
    reject(new Error(`the server keeps a connection open; input: ${Buffer.from(bytes).toString('hex')}`));
  });
  socket.on('data', (part) => parts.push(part));
  // A connection that is reset is an answer too: what came before it counts.
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(Buffer.concat(parts)));
  socket.on('end', () => socket.destroy());
  socket.end(bytes);
  return answered;
}

async function openListener(random: Random): Promise<FuzzRun> {
  const at: BootHttp = await startBootHttp({ initrdBytes: INITRD_BYTES });
  at.entries.set(MAC, entry('ramdisk'));
  const step = async (): Promise<void> => {
    const inputs = Array.from({ length: AT_ONCE }, () =>
      random.below(4) === 0 ? request(random) : mutate(request(random), random, [request(random)]),
    );
    await Promise.all(
      inputs.map(async (input) => {
        const answer = await converse(at.port, input);
        // Requests may follow each other on one connection, so there are at most as many as ends of lines.
        const requests = input.toString('latin1').split('\n').length;
        promise(answer.length <= requests * (INITRD_BYTES + SMALL_BYTES), 'the answer is too large', input);
        promise(!answer.includes('root:'), 'it gave out a file that is not its own', input);
        promise(!answer.includes('HTTP/1.1 500'), 'it answered 500', input);
      }),
    );
    at.facts.length = 0;
  };
  const finish = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${at.port}/files/initrd.zst`);
    const body = await response.arrayBuffer();
    const served = response.status === 200 && body.byteLength === INITRD_BYTES;
    promise(served, `an honest client got ${response.status} and ${body.byteLength} bytes`, Buffer.alloc(0));
  };
  return { step, finish, close: at.stop };
}

export const targets: readonly FuzzTarget[] = [
  { group: 'http', name: 'the HTTP boot listener', open: openListener },
];
