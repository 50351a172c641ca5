/** Reading an image over HTTP (RFC 9110, section 14: Range), going on where a lost connection ended. */
import type { IncomingHttpHeaders } from 'node:http';
import { AgentError, reasonOf } from '../base/agent-error.ts';
import { backoffMs } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { type HttpClient, type HttpStream, urlForPeople } from '../base/http.ts';
import type { Say } from '../base/say.ts';

export type ImageSourceOptions = {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly say: Say;
  /** All give the same image; tried in turn. */
  readonly urls: readonly string[];
};

/** Failures in a row before giving up (upstream's agent tries 9 times too); 1 MiB of progress starts anew. */
const MOST_FAILURES = 9;
const PROGRESS_BYTES = 1024 * 1024;
const LONGEST_PAUSE_MS = 30_000;

/** An answer that asking the same URL again will not change. */
class Refused extends Error {}

type Failures = { count: number; refused: Set<string>; last: string };

function totalOf(headers: IncomingHttpHeaders, status: number): number | null {
  const text =
    status === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  return text === undefined ? null : Number(text);
}

/** What identifies this version of the file; a change under way must not mix two images. */
function validatorOf(headers: IncomingHttpHeaders): string | null {
  return headers.etag ?? headers['last-modified'] ?? null;
}

export class ImageSource {
  readonly #options: ImageSourceOptions;
  readonly #validators = new Map<string, string>();
  #turn = 0;

  constructor(options: ImageSourceOptions) {
    this.#options = options;
  }

  /** Bytes of the whole image, as its server says. Throws `image_download`. */
  async size(): Promise<number> {
    const failures: Failures = { count: 0, refused: new Set(), last: '' };
    for (;;) {
      const url = this.#url();
      try {
        const answer = await this.#request(url, 0, 1);
        answer.close();
        const total = totalOf(answer.headers, answer.status);
        if (total === null) throw new Refused('the server does not tell the size of the image');
        return total;
      } catch (error) {
        await this.#afterFailure(url, failures, error);
      }
    }
  }

  /**
   * The bytes `[from, to)` of an image of `size` bytes, in order and each once. Throws `image_download` when no
   * URL gives them.
   */
  async *read(range: {
    readonly from: number;
    readonly to: number;
    readonly size: number;
  }): AsyncGenerator<Buffer> {
    const failures: Failures = { count: 0, refused: new Set(), last: '' };
    let at = range.from;
    while (at < range.to) {
      const startedAt = at;
      const url = this.#url();
      try {
        for await (const chunk of this.#stream(url, { ...range, from: at })) {
          at += chunk.length;
          yield chunk;
        }
        if (at < range.to) throw new Error(`the connection ended ${range.to - at} bytes early`);
      } catch (error) {
        if (at - startedAt >= PROGRESS_BYTES) failures.count = 0;
        await this.#afterFailure(url, failures, error);
      }
    }
  }

  async *#stream(url: string, range: { from: number; to: number; size: number }): AsyncGenerator<Buffer> {
    const answer = await this.#request(url, range.from, range.to);
    try {
      const total = totalOf(answer.headers, answer.status);
      if (total !== null && total !== range.size) {
        throw new Refused(`the image has ${total} bytes there and ${range.size} by its description`);
      }
      // A server without Range sends all: what we have already is dropped.
      let skip = answer.status === 206 ? 0 : range.from;
      let left = range.to - range.from;
      for await (const chunk of answer.stream) {
        const bytes = Buffer.from(chunk);
        const wanted = bytes.subarray(Math.min(skip, bytes.length)).subarray(0, left);
        skip -= Math.min(skip, bytes.length);
        left -= wanted.length;
        if (wanted.length > 0) yield wanted;
        if (left === 0) return;
      }
    } finally {
      answer.close();
    }
  }

  async #request(url: string, from: number, to: number): Promise<HttpStream> {
    const range = `bytes=${from}-${to - 1}`;
    const answer = await this.#options.http.open({ method: 'GET', url, headers: { range } });
    const refusal = this.#refusal(url, answer, from);
    if (refusal === null) return answer;
    answer.stream.on('error', () => undefined);
    answer.close();
    throw refusal;
  }

  #refusal(url: string, answer: HttpStream, from: number): Error | null {
    const { status, headers } = answer;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429)
      return new Refused(`HTTP status ${status}`);
    if (status !== 200 && status !== 206) return new Error(`HTTP status ${status}`);
    if (status === 206 && !(headers['content-range'] ?? '').startsWith(`bytes ${from}-`)) {
      return new Refused(
        `asked for bytes from ${from}, got "${headers['content-range'] ?? 'no Content-Range'}"`,
      );
    }
    const validator = validatorOf(headers);
    const known = this.#validators.get(url);
    if (validator !== null && known === undefined) this.#validators.set(url, validator);
    if (known !== undefined && known !== validator) return new Refused('the image changed while it was read');
    return null;
  }

  #url(): string {
    return this.#options.urls[this.#turn % this.#options.urls.length] ?? '';
  }

  async #afterFailure(url: string, failures: Failures, error: unknown): Promise<void> {
    const { clock, say, urls } = this.#options;
    failures.count += 1;
    failures.last = `${urlForPeople(url)}: ${reasonOf(error)}`;
    if (error instanceof Refused) failures.refused.add(url);
    this.#turn += 1;
    if (failures.refused.size >= urls.length || failures.count >= MOST_FAILURES) {
      throw new AgentError(
        'image_download',
        `the image could not be read after ${failures.count} ${failures.count === 1 ? 'try' : 'tries'}; last ${failures.last}`,
        { cause: error },
      );
    }
    say('image connection lost, trying again', { attempt: failures.count, because: failures.last });
    if (!(error instanceof Refused)) await clock.sleep(backoffMs(failures.count - 1, LONGEST_PAUSE_MS));
  }
}
