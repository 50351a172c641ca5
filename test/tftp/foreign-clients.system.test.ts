/** Foreign TFTP clients against our server: atftp, tftp-hpa, curl, busybox, and the npm package `tftp`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startServer } from './harness.ts';

const run = promisify(execFile);

const bytes = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 167) >> 3));
const FILES = new Map([
  ['empty.efi', Buffer.alloc(0)],
  ['short.efi', bytes(100)],
  ['block-512.efi', bytes(512)],
  ['blocks-512.efi', bytes(512 * 40)],
  ['blocks-1468.efi', bytes(1468 * 40)],
  ['snponly.efi', bytes(173_792)],
  // 65,537 blocks and some of 512 bytes: the number in the packet wraps.
  ['big.img', Buffer.alloc(512 * 65_600 + 17, bytes(509))],
]);

let at: Harness;
let folder: string;

beforeAll(async () => {
  at = await startServer(FILES);
  folder = await mkdtemp(join(tmpdir(), 'ingot-tftp-'));
});
afterAll(async () => {
  await at.server.stop();
  await rm(folder, { recursive: true });
});

type Client = (name: string, target: string) => Promise<unknown>;

const atftp =
  (...options: readonly string[]): Client =>
  (name, target) =>
    run('atftp', [
      ...options.flatMap((option) => ['--option', option]),
      '--get',
      '-r',
      name,
      '-l',
      target,
      '127.0.0.1',
      String(at.server.port),
    ]);
const tftpHpa: Client = (name, target) =>
  run('tftp', ['-m', 'binary', '127.0.0.1', String(at.server.port), '-c', 'get', name, target]);
const curl =
  (...options: readonly string[]): Client =>
  (name, target) =>
    run('curl', [...options, '-sS', '-o', target, `tftp://127.0.0.1:${at.server.port}/${name}`]);
const busybox =
  (...options: readonly string[]): Client =>
  (name, target) =>
    run('busybox', ['tftp', ...options, '-g', '-r', name, '-l', target, '127.0.0.1', String(at.server.port)]);
/** It asks for a timeout of 3000 s, by mistake: it goes unanswered. */
const npmTftp =
  (blockSize: number, windowSize: number): Client =>
  (name, target) => {
    const program = join(import.meta.dirname, 'npm-tftp-client.ts');
    const numbers = [at.server.port, name, target, blockSize, windowSize].map(String);
    return run(process.execPath, [program, ...numbers]);
  };

const CLIENTS: readonly (readonly [string, Client])[] = [
  ['atftp', atftp()],
  ['atftp, blksize 8', atftp('blksize 8')],
  ['atftp, blksize 1468', atftp('blksize 1468')],
  ['atftp, blksize 65464 (clamped)', atftp('blksize 65464')],
  ['atftp, windowsize 4', atftp('windowsize 4')],
  ['atftp, windowsize 16 and blksize 1468', atftp('blksize 1468', 'windowsize 16')],
  ['atftp, windowsize 65535 (clamped)', atftp('windowsize 65535')],
  ['atftp, tsize and timeout', atftp('tsize 0', 'timeout 2')],
  ['tftp-hpa', tftpHpa],
  ['curl', curl()],
  ['curl without options', curl('--tftp-no-options')],
  ['curl, blksize 1432', curl('--tftp-blksize', '1432')],
  ['busybox', busybox()],
  ['busybox, blksize 1468', busybox('-b', '1468')],
  ['busybox, blksize 65464 (clamped)', busybox('-b', '65464')],
  ['npm tftp, blksize 1468', npmTftp(1468, 1)],
  ['npm tftp, blksize 512 and windowsize 4', npmTftp(512, 4)],
];

/** big.img has tests of its own; curl 7.88 fails on empty files ("getpeername() failed"), whoever serves them. */
const filesFor = (client: string): readonly string[] =>
  [...FILES.keys()].filter(
    (name) => name !== 'big.img' && !(client.startsWith('curl') && name === 'empty.efi'),
  );

describe.each(CLIENTS)('%s', (client, get) => {
  test.each(filesFor(client))('loads %s, byte for byte', async (name) => {
    const target = join(folder, 'target');
    await rm(target, { force: true });
    await get(name, target);
    // curl makes no file for no bytes.
    const got = await readFile(target).catch(() => Buffer.alloc(0));
    expect(got.equals(FILES.get(name) ?? Buffer.from('none'))).toBe(true);
  });
});

test.each([
  ['atftp', atftp('windowsize 16')],
  ['curl', curl('--tftp-no-options')],
] as const)('%s loads 32 MB in blocks of 512: block numbers wrap', async (_name, get) => {
  const target = join(folder, 'big');
  await get('big.img', target);
  expect((await readFile(target)).equals(FILES.get('big.img') ?? Buffer.alloc(0))).toBe(true);
});

test('twenty clients at once are all served', async () => {
  const targets = Array.from({ length: 20 }, (_, i) => join(folder, `crowd-${i}`));
  // Eight transfers per address: the others are answered when they ask again.
  await Promise.all(targets.map((target) => curl('--tftp-blksize', '1468')('snponly.efi', target)));
  for (const target of targets) expect((await readFile(target)).length).toBe(173_792);
});

test.each(['../../../etc/passwd', '/etc/passwd', '..\\..\\etc\\passwd', 'snponly.efi/../snponly.efi'])(
  'the path trick %s is refused',
  async (name) => {
    const target = join(folder, 'stolen');
    const failed = await atftp()(name, target).then(
      () => 'got it',
      (error: { stderr: string }) => error.stderr,
    );
    expect(failed).toMatch(/error received from server <no such file>/);
  },
);

test('every transfer that a client ended well is counted as done', async () => {
  await expect.poll(() => at.server.activeTransfers()).toBe(0);
  expect([at.count('aborted'), at.count('silent')]).toEqual([0, 0]);
  expect(at.facts.filter((fact) => fact.kind === 'tftp.done').length).toBe(
    at.count('done') + at.count('unconfirmed'),
  );
});
