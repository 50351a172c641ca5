import { describe, expect, it } from 'vitest';
import type { Start } from '../../../src/daemon/packets/keep-trying.ts';
import { onInterface } from '../../../src/daemon/packets/on-interface.ts';
import type { IngotError } from '../../../src/errors.ts';

/** Sleeps that end when the test says so. */
function steppedClock() {
  const waiting: (() => void)[] = [];
  return {
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        signal?.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    tick: async (): Promise<void> => {
      for (const wake of waiting.splice(0)) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    sleepers: () => waiting.length,
  };
}

const service: Start = async () => ({ stop: async () => {} });

describe('a service bound to an interface', () => {
  it.each([
    ['is gone', null],
    ['is another one of the same name', 8],
  ])('is lost when the interface %s', async (_what, later) => {
    const clock = steppedClock();
    const lost: IngotError[] = [];
    let index: number | null = 7;
    const start = onInterface(service, { name: 'eth1', indexOf: () => index, clock });
    await start((why) => lost.push(why));
    await clock.tick();
    expect(lost).toEqual([]);
    index = later;
    await clock.tick();
    expect(lost.map(({ message }) => message)).toEqual(['The interface eth1 was removed, or made anew']);
    expect(clock.sleepers()).toBe(0);
  });

  it('is not watched any more when it was stopped', async () => {
    const clock = steppedClock();
    const lost: IngotError[] = [];
    let index = 7;
    const start = onInterface(service, { name: 'eth1', indexOf: () => index, clock });
    const running = await start((why) => lost.push(why));
    await running.stop();
    index = 8;
    await clock.tick();
    expect(lost).toEqual([]);
  });
});
