import { expect, it } from 'vitest';
import { createRecorder } from '../../src/daemon/recorder.ts';
import { createLog } from '../../src/log.ts';
import type { NewEvent } from '../../src/store/records/event.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const event = (number: number): NewEvent => ({
  node_uuid: null,
  kind: 'dhcp.offer',
  severity: 'info',
  message: String(number),
});

it('events are written in their order, and another write waits for few of them only', async () => {
  const store = await temporaryStore();
  const recorder = createRecorder(store, createLog('silent'));
  recorder.record(Array.from({ length: 3_000 }, (_, i) => event(i)));
  await new Promise(setImmediate);
  const before = await store.transaction((queries) => queries.events.list({ limit: 5_000 }));
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThanOrEqual(500);
  await recorder.stop();
  const messages = (await store.events.list({ limit: 5_000 })).map(({ message }) => Number(message));
  expect(messages).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
});
