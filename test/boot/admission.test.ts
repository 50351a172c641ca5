import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownSeconds } from '../../src/boot/own-seconds.ts';
import { type BootHttp, IMAGE, MAC, startBootHttp } from './http-harness.ts';

let at: BootHttp;
const open = new Set<Socket>();
beforeEach(async () => {
  at = await startBootHttp({ limits: { ramdisks: 1, images: 1 }, initrdBytes: 32 * 1024 * 1024 });
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await at.stop();
});

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${at.port}${path}`, init);
const RAMDISK = '/files/initrd.zst';

/** Asks for a file and takes no more of it than the buffers between do; resolves when it has begun. */
async function stalled(path: string): Promise<Socket> {
  const socket = connect(at.port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
  open.add(socket);
  socket.on('error', () => undefined);
  await once(socket, 'readable');
  return socket;
}

test('an address that has all that is configured for one waits, and its node hears of which limit', async () => {
  await at.stop();
  at = await startBootHttp({
    limits: { ramdisks: 64, images: 64, perAddress: 1 },
    initrdBytes: 32 * 1024 * 1024,
  });
  await stalled(RAMDISK);
  expect((await get(RAMDISK)).status).toBe(503);
  const sentence =
    'waits with one more download: 1 to its address are under way, as many as one gets at once (limits.downloads_per_address)';
  expect(at.facts.filter(({ kind }) => kind === 'boot.waits')).toMatchObject([{ sentence }]);
  expect((await get(`/images/${IMAGE.id}`)).status).toBe(200);
});

describe('when every place is taken', () => {
  test('the next is told to come back, with the jitter of its MAC, and its node hears of it once', async () => {
    await stalled(RAMDISK);
    for (const _ of [1, 2, 3]) {
      const response = await get(RAMDISK);
      expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('come back')]);
      // 4 s until a place is taken to be free, and the first time some of its own.
      expect(['4', `${4 + ownSeconds(MAC, 15)}`]).toContain(response.headers.get('retry-after'));
    }
    expect(at.facts.filter(({ kind }) => kind === 'boot.waits')).toMatchObject([
      { sentence: 'waits for its turn as number 1: 1 downloads are under way at once' },
    ]);
    expect(at.counts()).toMatchObject({ downloads: 1, asked_to_wait: 3 });
  });

  test.each([
    ['a first-stage program', '/boot/snponly.efi', {}],
    ['a script', '/ipxe/52-54-00-ab-cd-ef', {}],
    ['a question about the file', RAMDISK, { method: 'HEAD' }],
  ])('%s does not wait', async (_what, path, init) => {
    await stalled(RAMDISK);
    expect((await get(path, init)).status).toBe(200);
  });

  const FIRMWARE = { headers: { 'user-agent': 'UefiHttpBoot/1.0' } };

  test('firmware does not wait, whatever it asks for, once its machine said HTTP boot by DHCP', async () => {
    await stalled(RAMDISK);
    expect((await get(RAMDISK, FIRMWARE)).status).toBe(503);
    at.firmware.add(MAC);
    expect((await get(RAMDISK)).status).toBe(503);
    expect((await get(RAMDISK, FIRMWARE)).status).toBe(200);
  });

  test('images have places of their own', async () => {
    await stalled(RAMDISK);
    expect((await get(`/images/${IMAGE.id}`)).status).toBe(200);
    await stalled(`/images/${IMAGE.id}`);
    expect((await get(`/images/${IMAGE.id}`)).status).toBe(503);
    // Firmware loads no image: who says that it is firmware waits here like everybody.
    at.firmware.add(MAC);
    expect((await get(`/images/${IMAGE.id}`, FIRMWARE)).status).toBe(503);
  });

  test('a client that breaks off makes room', async () => {
    const socket = await stalled(RAMDISK);
    expect((await get(RAMDISK)).status).toBe(503);
    socket.destroy();
    await expect.poll(async () => (await get(RAMDISK)).status).toBe(200);
    expect(at.counts().broken_off).toBe(1);
  });
});

test('one connection serves program, script and a file that is not there: it is kept open also after a refusal', async () => {
  const socket = connect(at.port, '127.0.0.1');
  open.add(socket);
  const answers: string[] = [];
  let buffered = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    buffered += text;
  });
  for (const path of ['/boot/snponly.efi', '/ipxe/52-54-00-ab-cd-ef', '/files/vmlinuz']) {
    buffered = '';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n`);
    await expect.poll(() => bodyOf(buffered)).not.toBe(null);
    answers.push(`${path} ${/^HTTP\/1.1 (\d+)/.exec(buffered)?.[1]}`);
    expect(buffered).toMatch(/^Connection: keep-alive\r$/m);
  }
  expect(answers).toEqual(['/boot/snponly.efi 200', '/ipxe/52-54-00-ab-cd-ef 200', '/files/vmlinuz 404']);
});

test('a download that broke off is resumed as EDK2 does it, and refused when the file is another', async () => {
  const whole = await get('/boot/snponly.efi');
  const [etag, modified] = [whole.headers.get('etag') ?? '', whole.headers.get('last-modified') ?? ''];
  const range = { range: 'bytes=5-' };
  for (const condition of [{ 'if-match': etag }, { 'if-unmodified-since': modified }] as const) {
    const rest = await get('/boot/snponly.efi', { headers: { ...range, ...condition } });
    expect([rest.status, rest.headers.get('content-range'), await rest.text()]).toEqual([
      206,
      'bytes 5-13/14',
      't program',
    ]);
  }
  const changed = [{ 'if-match': '"other"' }, { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:01 GMT' }];
  for (const condition of changed)
    expect((await get('/boot/snponly.efi', { headers: { ...range, ...condition } })).status).toBe(412);
});

/** The body when all of it is there. */
function bodyOf(answer: string): string | null {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const length = Number(/^Content-Length: (\d+)/m.exec(head)?.[1] ?? Number.NaN);
  return body.length >= length ? body : null;
}
