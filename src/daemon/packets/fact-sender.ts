import type { Fact } from './packet-protocol.ts';

/** Facts kept between two batches; more are dropped, for they only tell, they do not decide. */
const MOST_WAITING = 10_000;
const BATCH_MS = 25;

export type FactSender = {
  /** Takes the usual fields of the fact only, and `more` where there is any. */
  send(fact: Fact, more?: Pick<Fact, 'client' | 'relay' | 'byHttp'>): void;
  flush(): void;
};

/** Gathers facts and posts them a few times a second: a message for each packet would cost more than the packet. */
export function createFactSender(post: (facts: readonly Fact[]) => void): FactSender {
  let waiting: Fact[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = waiting;
    waiting = [];
    if (batch.length > 0) post(batch);
  };
  return {
    flush,
    send: ({ kind, at, mac, address, sentence }, more) => {
      const usual = { kind, at, mac, address, sentence };
      if (waiting.length < MOST_WAITING) waiting.push(more === undefined ? usual : { ...usual, ...more });
      timer ??= setTimeout(flush, BATCH_MS);
    },
  };
}
