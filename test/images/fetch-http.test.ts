import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDownload } from '../../src/images/download.ts';
import { fetchHttp } from '../../src/images/fetch-http.ts';
import { createHttpDispatcher } from '../../src/images/http-manners.ts';
import {
  contentHandler,
  dataOf,
  type Handler,
  MIB,
  movedClock,
  ownFolder,
  serve,
  sha256,
  silent,
} from './support.ts';

/** Fetches from a server with this handler; what came, and how the server and the clock saw it. */
async function fetchFrom(handler: Handler, more: { path?: string; url?: string; signal?: AbortSignal } = {}) {
  const server = await serve(handler);
  const path = join(await ownFolder(), 'part');
  const clock = movedClock();
  const download = await createDownload({
    path,
    algorithm: 'sha256',
    reserve: async () => undefined,
    onShare: () => undefined,
  });
  const signal = more.signal ?? new AbortController().signal;
  const url = new URL(more.url ?? server.url);
  const options = { dispatcher: createHttpDispatcher(), clock, log: silent, signal };
  const outcome = fetchHttp(url, download, options).then(() => download.finish());
  await outcome.catch(() => undefined).finally(() => download.close());
  return { outcome, path, clock, requests: server.requests };
}

const content = dataOf(2 * MIB);

describe('an HTTP download', () => {
  test('is the served file, with its checksum', async () => {
    const { outcome, path } = await fetchFrom(contentHandler(content));
    expect(await outcome).toEqual({
      bytes: content.length,
      checksum: sha256(content),
      sha256: sha256(content),
    });
    expect((await readFile(path)).equals(content)).toBe(true);
  });

  test('goes on where a cut connection ended', async () => {
    const { outcome, requests } = await fetchFrom(contentHandler(content, { cutAfter: [MIB / 2, MIB] }));
    expect((await outcome).checksum).toBe(sha256(content));
    expect(requests).toEqual(['', `bytes=${MIB / 2}-`, `bytes=${MIB * 1.5}-`]);
  });

  test('starts again when the file changed meanwhile', async () => {
    const older = contentHandler(dataOf(MIB, 7), { etag: '"old"', cutAfter: [MIB / 2] });
    const newer = contentHandler(content, { etag: '"new"' });
    let served = 0;
    const { outcome } = await fetchFrom((request, response) => {
      served += 1;
      (served === 1 ? older : newer)(request, response);
    });
    expect((await outcome).checksum).toBe(sha256(content));
  });

  test('starts again where the server knows no ranges', async () => {
    let served = 0;
    const { outcome, requests } = await fetchFrom((_request, response) => {
      served += 1;
      response.writeHead(200, { 'content-length': content.length });
      if (served > 1) response.end(content);
      else response.write(content.subarray(0, 1000), () => setTimeout(() => response.destroy(), 20));
    });
    expect((await outcome).checksum).toBe(sha256(content));
    expect(requests).toEqual(['', '']);
  });

  test('waits for a server that is overloaded', async () => {
    const answers = [503, 429, 200];
    const { outcome, clock } = await fetchFrom((_request, response) => {
      const status = answers.shift() ?? 500;
      response.writeHead(status).end(status === 200 ? content : 'later');
    });
    expect((await outcome).bytes).toBe(content.length);
    expect(clock.slept).toEqual([2000, 4000]);
  });

  test('follows a redirection', async () => {
    const target = await serve(contentHandler(content));
    const { outcome } = await fetchFrom((_request, response) =>
      response.writeHead(302, { location: target.url }).end(),
    );
    expect((await outcome).checksum).toBe(sha256(content));
  });

  test.each(['a%zz:hunter2', 'a:hunter2%', '%ff'])(
    'refuses the login %s, which cannot be decoded',
    async (login) => {
      const { outcome, requests } = await fetchFrom(contentHandler(content), {
        url: `http://${login}@127.0.0.1/image`,
      });
      const failure = await outcome.catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({
        code: 'image_refused',
        message: 'http://127.0.0.1/image: user or password in the URL cannot be decoded',
      });
      expect(requests).toEqual([]);
    },
  );

  test('sends user and password of the URL, and shows them in no error', async () => {
    let authorization: string | undefined;
    const server = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(403).end();
    });
    const url = server.url.replace('http://', 'http://me:s3cret@');
    const { outcome } = await fetchFrom(() => undefined, { url });
    const error = await outcome.catch((thrown: unknown) => thrown);
    expect(authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    expect(error).toMatchObject({ code: 'image_refused', message: expect.stringContaining('403') });
    expect(String(error)).not.toContain('s3cret');
  });

  test.each([
    [
      'a missing file is refused at once',
      (): Handler => (_request, response) => response.writeHead(404).end(),
      { code: 'image_refused', attempts: 1 },
    ],
    [
      'a server that stays broken is given up',
      (): Handler => (_request, response) => response.writeHead(500).end(),
      { code: 'image_unreachable', attempts: 5 },
    ],
    [
      'a server that cuts every connection is given up',
      (): Handler => (request) => request.socket.destroy(),
      { code: 'image_unreachable', attempts: 5 },
    ],
  ])('%s', async (_name, handler, { code, attempts }) => {
    const { outcome, requests } = await fetchFrom(handler());
    await expect(outcome).rejects.toMatchObject({
      code,
      hint: expect.stringMatching(/\w/),
    });
    expect(requests).toHaveLength(attempts);
  });

  test('nobody at the address is a clear error', async () => {
    const { outcome } = await fetchFrom(() => undefined, { url: 'http://127.0.0.1:1/image' });
    await expect(outcome).rejects.toMatchObject({
      code: 'image_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('ends at once when it is aborted', async () => {
    const abort = new AbortController();
    const { outcome } = await fetchFrom(
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('some', () => abort.abort(new Error('deleted')));
      },
      { signal: abort.signal },
    );
    await expect(outcome).rejects.toThrow('deleted');
  });
});
