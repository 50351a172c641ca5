import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { keepTrying } from '../../../src/daemon/packets/keep-trying.ts';
import { IngotError } from '../../../src/errors.ts';

/** A clock whose sleeps end at once, until the signal is aborted. */
const eager: Clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: (_ms, signal) =>
    signal?.aborted ? Promise.reject(new Error('aborted')) : new Promise((r) => setImmediate(r)),
};
const silently = { clock: eager, onProblem: () => {}, onStarted: () => {} };
const noInterface = new IngotError('environment', 'No interface eth9', { hint: 'See ip link.' });

describe('a server that cannot start yet', () => {
  it('is tried again until it starts, and its problem is told once', async () => {
    const told: string[] = [];
    const started = Promise.withResolvers<void>();
    let attempts = 0;
    const service = keepTrying(
      async () => {
        if (++attempts < 4) throw noInterface;
        started.resolve();
        return { stop: async () => {} };
      },
      {
        clock: eager,
        onProblem: (sentence) => told.push(sentence),
        onStarted: () => told.push('It serves.'),
      },
    );
    await started.promise;
    await service.stop();
    expect(attempts).toBe(4);
    expect(told).toEqual(['No interface eth9. See ip link.', 'It serves.']);
  });

  it('can be stopped while it is still waiting', async () => {
    const service = keepTrying(() => Promise.reject(noInterface), silently);
    await service.stop();
  });

  it('is stopped with the service when it had started', async () => {
    let stopped = false;
    const service = keepTrying(
      async () => ({
        stop: async () => {
          stopped = true;
        },
      }),
      silently,
    );
    await service.stop();
    expect(stopped).toBe(true);
  });

  it('is stopped and started anew when it is lost, and both are told', async () => {
    const told: string[] = [];
    const again = Promise.withResolvers<void>();
    let starts = 0;
    const service = keepTrying(
      async (lost) => {
        starts++;
        if (starts === 1)
          lost(new IngotError('environment', 'The interface eth1 is gone', { hint: 'Look.' }));
        else again.resolve();
        return { stop: async () => void told.push(`stop ${starts}`) };
      },
      {
        clock: eager,
        onProblem: (sentence) => told.push(sentence),
        onStarted: () => told.push('It serves.'),
      },
    );
    await again.promise;
    await service.stop();
    expect(told).toEqual([
      'It serves.',
      'stop 1',
      'The interface eth1 is gone. Look.',
      'It serves.',
      'stop 2',
    ]);
  });
});
