import { describe, expect, test } from 'vitest';
import { createQueues } from '../../src/bmc/open-bmc.ts';
import { createSerialQueue } from '../../src/bmc/queue.ts';
import { instantClock } from './instant-clock.ts';

const never = new Promise<never>(() => undefined);

describe('the queue of a BMC', () => {
  test('runs one task after the other, in order, with a rest between', async () => {
    const clock = instantClock();
    const queue = createSerialQueue({ clock, name: 'x', gapMs: 50 });
    const steps: string[] = [];
    const task = (name: string) => async (): Promise<void> => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    };
    await Promise.all(['a', 'b', 'c'].map((name) => queue.run(task(name))));
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(clock.slept).toEqual([50, 50]);
  });

  test('goes on after a task that failed', async () => {
    const queue = createSerialQueue({ clock: instantClock(), name: 'x' });
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run(() => Promise.resolve('yes'))).toBe('yes');
  });

  test('refuses more than its limit', async () => {
    const queue = createSerialQueue({ clock: instantClock(), name: 'x', limit: 2 });
    void queue.run(() => never);
    void queue.run(() => never);
    await expect(queue.run(() => never)).rejects.toMatchObject({ code: 'busy' });
  });

  test('is one for all nodes behind the same address', () => {
    const queues = createQueues({ clock: instantClock() });
    expect(queues('https://10.30.0.11')).toBe(queues('https://10.30.0.11'));
    expect(queues('https://10.30.0.12')).not.toBe(queues('https://10.30.0.11'));
  });
});
