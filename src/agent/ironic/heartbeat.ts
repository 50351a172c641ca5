/** The heartbeat: at a random part of its time-out, and at once when a command has ended. */
import type { Clock } from '../base/clock.ts';
import type { Say } from '../base/say.ts';
import type { Minor } from './api-version.ts';
import type { HeartbeatBody, IronicClient } from './client.ts';

export type HeartbeatOptions = {
  readonly client: IronicClient;
  readonly clock: Clock;
  readonly say: Say;
  readonly signal: AbortSignal;
  readonly api: { readonly url: string; readonly minor: Minor };
  readonly uuid: string;
  readonly timeoutS: number;
  /** Built anew for each beat: it carries the status of the last command. */
  readonly body: () => HeartbeatBody;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

/** Why the loop ended: it was stopped, or the API does not accept our token any more. */
export type HeartbeatEnd = 'stopped' | 'rejected';

/** Part of the time-out between beats (as upstream's agent): several tries fit before the server gives up. */
const LEAST_PART = 0.3;
const MOST_PART = 0.6;
/** Beats that commands ask for are at least so far apart. */
const LEAST_GAP_MS = 1000;
const AFTER_CONFLICT_MS = 5000;
const AFTER_FAILURE_MS = 5000;
/** So many answers "who are you?" in a row end the loop: look-up then starts anew. */
const MOST_REJECTIONS = 3;

/** Statuses that mean the API does not know us: bad token (400 in Ironic), unknown node. */
const REJECTIONS: ReadonlySet<number | null> = new Set([400, 401, 403, 404]);

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #wake = new AbortController();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Asks for a beat as soon as may be. */
  now(): void {
    this.#wake.abort();
  }

  /** Beats until the signal is aborted or the API rejects us for good. */
  async run(): Promise<HeartbeatEnd> {
    const { signal, say } = this.#options;
    let rejections = 0;
    let first = true;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const pause = await this.#beat(first);
      if (pause.outcome === 'taken') first = false;
      rejections = pause.outcome === 'rejected' ? rejections + 1 : 0;
      if (rejections >= MOST_REJECTIONS) {
        say('heartbeat rejected, looking up again', { node: this.#options.uuid, times: rejections });
        return 'rejected';
      }
      await this.#rest(pause.ms);
    }
    return 'stopped';
  }

  async #beat(
    first: boolean,
  ): Promise<{ readonly outcome: 'taken' | 'rejected' | 'failed'; readonly ms: number }> {
    const { client, api, uuid, body, say, timeoutS, random } = this.#options;
    const answer = await client.heartbeat(api.url, { uuid, minor: api.minor, body: body() });
    const period = timeoutS * 1000 * (LEAST_PART + (MOST_PART - LEAST_PART) * random());
    if (answer.ok) {
      if (first) say('heartbeat ok', { node: uuid, next_s: Math.round(period / 1000) });
      return { outcome: 'taken', ms: period };
    }
    say('heartbeat failed, trying again', { node: uuid, status: answer.status, because: answer.because });
    if (REJECTIONS.has(answer.status)) return { outcome: 'rejected', ms: AFTER_FAILURE_MS };
    if (answer.status === 409) return { outcome: 'failed', ms: AFTER_CONFLICT_MS * (1 + random()) };
    return { outcome: 'failed', ms: Math.min(period, AFTER_FAILURE_MS) };
  }

  /** Sleeps `ms`, less when woken, but never less than the least gap. */
  async #rest(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    const gap = Math.min(ms, LEAST_GAP_MS);
    const ignoreStop = (): undefined => undefined;
    await clock.sleep(gap, signal).catch(ignoreStop);
    if (signal.aborted || this.#wake.signal.aborted) return;
    await clock.sleep(ms - gap, AbortSignal.any([signal, this.#wake.signal])).catch(ignoreStop);
  }
}
