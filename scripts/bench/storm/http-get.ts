/** One HTTP download from an address of the machine's own, coming back when told to, as iPXE does. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Fetched = {
  readonly bytes: number;
  /** How often it was told to come back. */
  readonly refusals: number;
  /** From the first question to the answer that has the file, in milliseconds. */
  readonly waitedMs: number;
};

/** @throws Error for any answer but the file or "come back" */
export async function httpGet(from: string, url: string): Promise<Fetched> {
  const began = performance.now();
  for (let refusals = 0; ; refusals++) {
    const asked = performance.now();
    const answer = await once(from, url);
    if (answer.status === 200) return { bytes: answer.bytes, refusals, waitedMs: asked - began };
    if (answer.status !== 503 || answer.retryAfterS === null) throw new Error(`${url}: ${answer.status}`);
    await sleep(answer.retryAfterS * 1000);
  }
}

type Answer = { readonly status: number; readonly bytes: number; readonly retryAfterS: number | null };

function once(from: string, url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { localAddress: from, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('error', reject);
      response.once('end', () => {
        const retry = response.headers['retry-after'];
        const retryAfterS = retry === undefined ? null : Number(retry);
        resolve({ status: response.statusCode ?? 0, bytes, retryAfterS });
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
