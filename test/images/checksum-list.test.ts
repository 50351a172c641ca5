import { describe, expect, test } from 'vitest';
import { checksumIn } from '../../src/images/checksum-list.ts';
import { createHttpDispatcher } from '../../src/images/http-manners.ts';
import { resolveChecksum } from '../../src/images/resolve-checksum.ts';
import { MIB, serve } from './support.ts';

const [A, B, LONG] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(128)];
const MD5 = 'd'.repeat(32);
const sha256 = (value: string) => ({ algorithm: 'sha256', value });

describe('a list of checksums', () => {
  test.each([
    ['of GNU', `${B}  other.raw\n${A}  os.raw\n`],
    ['of GNU in binary mode', `${B} *other.raw\r\n${A} *os.raw\r\n`],
    ['of GNU with a name that was escaped', `\\${A}  os.raw`],
    ['of a folder', `${B}  ./x/other.raw\n${A}  ./x/os.raw\n`],
    ['in capitals', `${A.toUpperCase()}  os.raw`],
    ['of BSD', `SHA256 (other.raw) = ${B}\nSHA256 (os.raw) = ${A}\n`],
    ['of openssl', `SHA2-256(os.raw)= ${A}`],
    [
      'with a signature around it',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# os.raw: 9 bytes\nSHA256 (os.raw) = ${A}\n`,
    ],
    ['that is one checksum alone', `${A}\n`],
    ['with an MD5 beside it', `${MD5}  os.raw\n${A}  os.raw`],
  ])('%s has the checksum of the file', (_, list) => {
    expect(checksumIn(list, { name: 'os.raw', wanted: null })).toEqual(sha256(A));
  });

  test('of two kinds has the strongest, or the one that is asked for', () => {
    const list = `SHA256 (os.raw) = ${A}\nSHA512 (os.raw) = ${LONG}`;
    expect(checksumIn(list, { name: 'os.raw', wanted: null })).toEqual({ algorithm: 'sha512', value: LONG });
    expect(checksumIn(list, { name: 'os.raw', wanted: 'sha256' })).toEqual(sha256(A));
  });

  test.each([
    ['is empty', '', null, 'has no checksum of os.raw'],
    ['is a web page', '<html>os.raw</html>', null, 'has no checksum of os.raw'],
    ['names others only', `${A}  old-os.raw\n${A}  os.raw.sig`, null, 'has no checksum of os.raw'],
    ['has several checksums alone', `${A}\n${B}`, null, 'has no checksum of os.raw'],
    ['is of MD5', `${MD5}  os.raw`, null, 'has no SHA-256 or SHA-512 of os.raw'],
    ['has an odd number of digits', `${A}0  os.raw`, null, 'has no SHA-256 or SHA-512 of os.raw'],
    ['is of another kind than was said', `${A}  os.raw`, 'sha512', 'has no sha512 of os.raw'],
  ] as const)('that %s is of no use', (_, list, wanted, problem) => {
    expect(checksumIn(list, { name: 'os.raw', wanted })).toEqual({ problem });
  });
});

describe('a list of checksums at a URL', () => {
  const resolved = async (
    answer: { readonly status?: number; readonly body: string | Buffer },
    source: string,
  ) => {
    const { url } = await serve(
      (_, response) => void response.writeHead(answer.status ?? 200).end(answer.body),
    );
    const asked = {
      source,
      format: 'raw',
      checksum: { url: url.replace('//', '//user:hunter2@'), algorithm: null },
    } as const;
    return await resolveChecksum(asked, { dispatcher: createHttpDispatcher() });
  };

  test('gives the image its checksum, by the name in the path of its source', async () => {
    const body = `${B}  os.raw\n${A}  my os.raw\n`;
    expect((await resolved({ body }, 'https://images/v1/my%20os.raw?sig=os.raw')).checksum).toEqual(
      sha256(A),
    );
  });

  test.each([
    [
      'is not there',
      { status: 404, body: '' },
      'image_refused',
      /checksum list http:\/\/127\.\S+\/image: the server answered 404/,
    ],
    ['is not to be had just now', { status: 503, body: '' }, 'image_unreachable', /the server answered 503/],
    ['is without the image', { body: `${A}  other` }, 'image_refused', /\/image has no checksum of os\.raw$/],
    ['is an image itself', { body: Buffer.alloc(5 * MIB) }, 'too_large', /is larger than 4 MiB/],
  ])('that %s is told without the login', async (_, answer, code, message) => {
    const failure = await resolved(answer, 'http://images/os.raw').catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('hunter2');
  });
});
