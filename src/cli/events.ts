/** The daemon's events as an async iterator that survives a restart of the daemon: it resumes by the last id. */

import { type Clock, systemClock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import { type EventAnswer, eventAnswer, gapAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import { createSseReader } from './sse.ts';

export type FollowOptions = {
  /** Only events after this `seq`; the default is from now on. */
  readonly after?: number;
  /** Only of this node (uuid or name). */
  readonly node?: string;
  readonly kinds?: readonly string[];
  /** Told when events before this `seq` are missing: the daemon keeps them no more. */
  readonly onGap?: (completeFrom: number) => void;
  readonly signal?: AbortSignal;
  /** How long the daemon may be away before the iterator gives up, in milliseconds. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const PATIENCE_MS = 120_000;

/** Ends when the signal is aborted. Throws what the API refuses, `daemon_unreachable` when patience is over. */
export async function* followEvents(
  connection: Connection,
  options: FollowOptions,
): AsyncGenerator<EventAnswer> {
  const { clock = systemClock, patienceMs = PATIENCE_MS, signal = new AbortController().signal } = options;
  let lastId = options.after === undefined ? '' : String(options.after);
  let awaySince: number | null = null;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const { id, event } of oneStream(connection, { ...options, signal }, lastId)) {
        awaySince = null;
        pause = FIRST_PAUSE_MS;
        lastId = id;
        if (event !== null) yield event;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      // A refusal is final; a lost line is not.
      if (thrown instanceof IngotError && thrown.code !== 'daemon_unreachable' && thrown.code !== 'busy')
        throw thrown;
      awaySince ??= clock.now();
      if (clock.now() - awaySince > patienceMs) throw thrown;
    }
    await clock.sleep(pause, signal).catch(() => undefined);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

type Item = { readonly id: string; readonly event: EventAnswer | null };

/** The events of one connection; returns when the daemon ends it or the line breaks. */
async function* oneStream(
  connection: Connection,
  options: FollowOptions & { readonly signal: AbortSignal },
  lastId: string,
): AsyncGenerator<Item> {
  const query = new URLSearchParams();
  if (options.node !== undefined) query.set('node', options.node);
  if (options.kinds !== undefined) query.set('kinds', options.kinds.join(','));
  const body = await connection.stream(`/ingot/v1/events?${query.toString()}`, {
    headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
    signal: options.signal,
  });
  const reader = createSseReader();
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      const text = decoder.decode(chunk as Uint8Array, { stream: true });
      for (const message of reader.push(text)) {
        if (message.event === 'end') return;
        if (message.event === 'gap') {
          options.onGap?.(gapAnswer.parse(JSON.parse(message.data)).complete_from);
          continue;
        }
        yield { id: message.id, event: eventAnswer.parse(JSON.parse(message.data)) };
      }
      if (reader.lastId() !== '') yield { id: reader.lastId(), event: null };
    }
  } catch (thrown) {
    if (options.signal.aborted || thrown instanceof IngotError) throw thrown;
    throw new IngotError('daemon_unreachable', `The event stream of ${connection.url} broke off`, {
      hint: 'It is taken up again when the daemon answers.',
      cause: thrown,
    });
  }
}
