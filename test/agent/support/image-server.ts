/** An HTTP server with one image, which can be told to misbehave. Counts what was asked. */
import { createServer, type ServerResponse } from 'node:http';
import { serveInTest } from '../../rig/serve-in-test.ts';

export type Misbehaviour = {
  /** Cut the connection after so many bytes of a body, for the first `times` answers. */
  readonly cutAfter?: { readonly bytes: number; readonly times: number };
  /** Answer this status instead of the image. */
  readonly status?: number;
  /** Know no Range: always send all. */
  readonly noRange?: boolean;
  /** Another ETag with each answer: the file changes. */
  readonly changing?: boolean;
};

export type ImageServer = { readonly url: string; readonly ranges: readonly string[] };

export async function imageServer(image: Buffer, misbehaviour: Misbehaviour = {}): Promise<ImageServer> {
  const ranges: string[] = [];
  let cuts = 0;
  function send(response: ServerResponse, status: number, part: Buffer): void {
    const { cutAfter } = misbehaviour;
    response.statusCode = status;
    if (cutAfter === undefined || cuts >= cutAfter.times || part.length <= cutAfter.bytes) {
      response.end(part);
      return;
    }
    cuts += 1;
    response.write(part.subarray(0, cutAfter.bytes), () => response.socket?.destroy());
  }
  const server = createServer((request, response) => {
    const range = request.headers.range ?? '';
    ranges.push(range);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    if (misbehaviour.status !== undefined) {
      response.writeHead(misbehaviour.status).end();
      return;
    }
    response.setHeader('etag', misbehaviour.changing === true ? `"${ranges.length}"` : '"one"');
    if (from === undefined || to === undefined || misbehaviour.noRange === true) {
      response.setHeader('content-length', image.length);
      send(response, 200, image);
      return;
    }
    const part = image.subarray(Number(from), Number(to) + 1);
    response.setHeader('content-range', `bytes ${from}-${Number(from) + part.length - 1}/${image.length}`);
    response.setHeader('content-length', part.length);
    send(response, 206, part);
  });
  const port = await serveInTest(server);
  return { url: `http://127.0.0.1:${port}/image.raw`, ranges };
}
