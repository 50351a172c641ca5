/** The boot file server over HTTP: paths, methods, ranges, headers, and bytes that are no HTTP at all. */
import { BOOT_COUNTS } from '../../../src/boot/counts.ts';
import { countCalls } from '../../../src/daemon/listeners/counted-calls.ts';
import { FLOOD_COUNTS } from '../../../src/daemon/listeners/flood-guard.ts';
import { createCounters } from '../../../src/net/counters.ts';
import { entry } from '../../boot/fixtures.ts';
import { type BootHttp, MAC, startBootHttp } from '../../boot/http-harness.ts';
import { converse, getsCounted, listenForStrangers, statusesOf, sumOf } from '../converse.ts';
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
  'Expect: a miracle',
  'If-Match: "x"',
  'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT',
  'Connection: keep-alive',
  'Upgrade: websocket',
  `X-Long: ${'a'.repeat(2000)}`,
];

function request(random: Random): Buffer {
  const headers = Array.from({ length: random.below(5) }, () => pick(random, HEADERS));
  const lines = [`${pick(random, METHODS)} ${pick(random, PATHS)} HTTP/1.1`, 'Host: 10.20.0.1', ...headers];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** Of the counts of files, calls and connections, those that say that somebody was not served. */
const REFUSALS: readonly string[] = [
  'not_found',
  'method_refused',
  'unreadable',
  'asked_to_wait',
  'precondition_failed',
  'range_refused',
  'calls_refused',
  ...FLOOD_COUNTS,
];

async function openListener(random: Random): Promise<FuzzRun> {
  const at: BootHttp = await startBootHttp({ initrdBytes: INITRD_BYTES });
  at.entries.set(MAC, entry('ramdisk'));
  const calls = createCounters(BOOT_COUNTS);
  const elsewhere = countCalls((_, response) => response.writeHead(404).end(), calls);
  const listener = await listenForStrangers((request, response) => {
    void at.handler(request, response).then((mine) => {
      if (!mine) elsewhere(request, response);
    });
  });
  const counted = (names?: readonly string[]): number =>
    [at.counts(), calls.snapshot(), listener.refused()].reduce((sum, one) => sum + sumOf(one, names), 0);

  const step = async (): Promise<void> => {
    // One alone shows a count that is missing; many show what they do to each other.
    const inputs = Array.from({ length: random.below(2) === 0 ? 1 : AT_ONCE }, () =>
      random.below(4) === 0 ? request(random) : mutate(request(random), random, [request(random)]),
    );
    const [refusedBefore, before] = [counted(REFUSALS), counted()];
    const answers = await Promise.all(
      inputs.map(async (input) => {
        const answer = await converse(listener.port, input);
        // Requests may follow each other on one connection, so there are at most as many as ends of lines.
        const requests = input.toString('latin1').split('\n').length;
        promise(answer.length <= requests * (INITRD_BYTES + SMALL_BYTES), 'the answer is too large', input);
        promise(!answer.includes('root:'), 'it gave out a file that is not its own', input);
        promise(!answer.includes('HTTP/1.1 500'), 'it answered 500', input);
        return { refused: statusesOf(answer).filter((status) => status >= 400).length, input, answer };
      }),
    );
    const all = Buffer.concat(inputs);
    const refused = answers.reduce((sum, one) => sum + one.refused, 0);
    const isCounted = await getsCounted(() => counted(REFUSALS) - refusedBefore, refused);
    promise(isCounted, `it refused ${refused} requests and did not count each`, all);
    const silent = answers.filter(
      ({ input, answer }) => answer.length === 0 && /[^\r\n]/.test(String(input)),
    );
    const isTold = await getsCounted(() => counted() - before, refused + silent.length);
    promise(isTold, `it left ${silent.length} without an answer and did not count each`, all);
    at.facts.length = 0;
  };
  const finish = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${listener.port}/files/initrd.zst`);
    const body = await response.arrayBuffer();
    const served = response.status === 200 && body.byteLength === INITRD_BYTES;
    promise(served, `an honest client got ${response.status} and ${body.byteLength} bytes`, Buffer.alloc(0));
  };
  const close = async (): Promise<void> => {
    await listener.stop();
    await at.stop();
  };
  return { step, finish, close };
}

export const targets: readonly FuzzTarget[] = [
  { group: 'http', name: 'the HTTP boot listener', open: openListener },
];
