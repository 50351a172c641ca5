/**
 * How often, and after what, a request is sent again. Two tempers: `patiently` for requests that may be
 * repeated freely (GET, login, logout), `carefully` for writes, which are repeated only when it is certain that
 * the BMC did nothing.
 */
import type { Clock } from '../../clock.ts';
import { isBusy } from './complaint.ts';
import type { Answer, Exchange, Exchanger, Request } from './exchange.ts';
import { messagesOf } from './messages.ts';
import { backoffMs, isTransientStatus, MAX_ATTEMPTS, MAX_BUSY_ATTEMPTS, retryAfterMs } from './retry.ts';

export type Sender = {
  readonly exchanger: Exchanger;
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  /** Aborted with an `IngotError` when the client is closed: waits end at once. */
  readonly signal: AbortSignal;
};

/**
 * Retries lost connections, timeouts, 408, 429, 5xx and cut-off answers, `attempts` requests in all; the last outcome
 * is returned.
 */
export async function sendPatiently(
  sender: Sender,
  request: Request,
  options: { readonly isFinal?: (answer: Answer) => boolean; readonly attempts?: number } = {},
): Promise<Exchange> {
  const { attempts = MAX_ATTEMPTS } = options;
  for (let attempt = 0; ; attempt += 1) {
    const result = await sender.exchanger.send(request);
    const again =
      result.kind === 'failure'
        ? result.failure.transient
        : (isTransientStatus(result.answer.status) || result.answer.malformed) &&
          options.isFinal?.(result.answer) !== true;
    if (!again || attempt + 1 >= attempts) return result;
    await pause(sender, { attempt, result, signal: request.signal ?? sender.signal });
  }
}

/**
 * Retries only where nothing was sent (no connection) or where the BMC says "not now" (a known MessageId, 429).
 * A connection lost after the request went out is the caller's: re-read the state and decide.
 */
export async function sendCarefully(sender: Sender, request: Request): Promise<Exchange> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await sender.exchanger.send(request);
    const limit = result.kind === 'failure' ? MAX_ATTEMPTS : MAX_BUSY_ATTEMPTS;
    const again =
      result.kind === 'failure'
        ? result.failure.transient && !result.failure.maybeSent
        : result.answer.status === 429 ||
          (result.answer.status >= 400 && isBusy(messagesOf(result.answer.body)));
    if (!again || attempt + 1 >= limit) return result;
    await pause(sender, { attempt, result, signal: request.signal ?? sender.signal });
  }
}

async function pause(
  { clock, random }: Sender,
  after: { readonly attempt: number; readonly result: Exchange; readonly signal: AbortSignal },
): Promise<void> {
  const { attempt, result, signal } = after;
  const asked =
    result.kind === 'answer' ? retryAfterMs(result.answer.headers['retry-after'], clock.now()) : null;
  await clock.sleep(asked ?? backoffMs(attempt, random()), signal);
}
