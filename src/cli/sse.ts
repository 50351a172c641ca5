/** A reader of server-sent events (WHATWG HTML, section 9.2.6): text in pieces in, messages out. */
export type SseMessage = { readonly id: string; readonly event: string; readonly data: string };

/** A message may have this many characters; a longer one ends the stream. */
const MOST_PENDING = 1 << 22;

export type SseReader = {
  /** Throws `RangeError` when one message is longer than four million characters. */
  push(text: string): readonly SseMessage[];
  /** The last id seen, also of messages without data. */
  lastId(): string;
};

export function createSseReader(): SseReader {
  let pending = '';
  let lastId = '';
  const take = (block: string): SseMessage | null => {
    let event = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === 'id') lastId = value;
      else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
    }
    return data.length === 0 ? null : { id: lastId, event, data: data.join('\n') };
  };
  return {
    lastId: () => lastId,
    push(text) {
      pending += text.replaceAll('\r\n', '\n');
      const blocks = pending.split('\n\n');
      pending = blocks.pop() ?? '';
      if (pending.length > MOST_PENDING)
        throw new RangeError('an event is longer than four million characters');
      return blocks.map(take).filter((message) => message !== null);
    },
  };
}
