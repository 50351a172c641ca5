import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWatchdog, type Watched } from '../../../src/daemon/systemd/watchdog.ts';
import { createLog } from '../../../src/log.ts';
import { createIdleClock } from '../../lifecycle/fakes/idle-clock.ts';

const well: Watched = { name: 'the store', check: async () => {} };

/** A watchdog over these parts with a period of forty seconds; time passes by itself. */
function watch(...watched: readonly Watched[]) {
  const clock = createIdleClock();
  const beats: number[] = [];
  const stop = startWatchdog({
    periodMs: 40_000,
    watched,
    clock,
    log: createLog('silent'),
    beat: () => beats.push(clock.elapsed()),
  });
  onTestFinished(stop);
  const until = async (ms: number): Promise<void> => {
    while (clock.elapsed() < ms) await turn();
  };
  return { beats, until };
}

describe('the watchdog', () => {
  it('beats several times in a period while every part answers', async () => {
    const { beats, until } = watch(well, { ...well, name: 'the packet thread' });
    await until(30_000);
    expect(beats).toEqual([0, 10_000, 20_000, 30_000]);
  });

  it('is silent while one part hangs, asks it only once meanwhile, and beats again when it answers', async () => {
    const hang = Promise.withResolvers<void>();
    let asked = 0;
    const check = (): Promise<void> => {
      asked++;
      return hang.promise;
    };
    const { beats, until } = watch(well, { name: 'the packet thread', check });
    await until(100_000);
    expect({ beats, asked }).toEqual({ beats: [], asked: 1 });
    hang.resolve();
    await until(200_000);
    expect(beats.length).toBeGreaterThan(3);
  });

  it('is silent while one part refuses', async () => {
    let broken = true;
    const check = async (): Promise<void> => {
      if (broken) throw new Error('attempt to write a readonly database');
    };
    const { beats, until } = watch(well, { name: 'the packet thread', check });
    await until(100_000);
    expect(beats).toEqual([]);
    broken = false;
    await until(130_000);
    expect(beats.length).toBeGreaterThan(0);
  });
});
