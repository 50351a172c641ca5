/** What following costs the store: the wire side of it is in `events.test.ts`. */
import { expect, onTestFinished, test } from 'vitest';
import { followEvents } from '../../src/api/events/stream.ts';
import type { EventKind } from '../../src/store/event-kinds.ts';
import type { EventFilter } from '../../src/store/store.ts';
import { temporaryStore } from '../store/temporary-store.ts';

test('events of other kinds are read over once, and do not wake the stream', async () => {
  const store = await temporaryStore();
  const say = (kind: EventKind) => store.events.append({ node_uuid: null, kind, message: kind });
  const pages: EventFilter[] = [];
  const told: string[] = [];
  const client = new AbortController();
  onTestFinished(() => client.abort());
  for (let index = 0; index < 30; index++) await say('machine.discovered');
  void followEvents({
    store: {
      onEvent: store.onEvent,
      events: {
        ...store.events,
        list: (filter) => {
          if (filter.kinds !== undefined) pages.push(filter);
          return store.events.list(filter);
        },
      },
    },
    filter: { kinds: ['machine.log'] },
    after: 0,
    sink: {
      write: async ({ kind }) => {
        told.push(kind);
        return true;
      },
      gap: () => Promise.resolve(false),
    },
    signal: client.signal,
  });
  await expect.poll(() => pages.length).toBe(1);
  for (let index = 0; index < 30; index++) await say('machine.discovered');
  const { seq } = await say('machine.log');
  await expect.poll(() => told).toEqual(['machine.log']);
  await say('machine.log');
  await expect.poll(() => told.length).toBe(2);
  expect(pages.map(({ after }) => after)).toEqual([0, 30, seq]);
});
