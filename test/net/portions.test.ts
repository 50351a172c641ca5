import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPortions, type Portions } from '../../src/net/portions.ts';

describe('portions of three, with pauses of a millisecond', () => {
  let now: number;
  let handed: (number | 'end')[];
  let portions: Portions<number>;

  beforeEach(() => {
    vi.useFakeTimers();
    now = 0;
    handed = [];
    portions = createPortions<number>({
      size: 3,
      pauseMs: 1,
      mostWaiting: 5,
      elapsed: () => now,
      hand: (item) => handed.push(item),
      onHanded: () => handed.push('end'),
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const add = (...items: readonly number[]): readonly boolean[] => items.map((item) => portions.add(item));
  const pass = (ms: number): void => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };

  it('go at once while they are few', () => {
    add(1, 2, 3);
    expect(handed).toEqual([1, 2, 3]);
    pass(1);
    add(4);
    expect(handed).toEqual([1, 2, 3, 4]);
  });

  it('go three in a pause when they are many, in order', () => {
    add(1, 2, 3, 4, 5, 6, 7);
    expect(handed).toEqual([1, 2, 3]);
    pass(1);
    expect(handed).toEqual([1, 2, 3, 4, 5, 6, 'end']);
    add(8);
    pass(1);
    expect(handed).toEqual([1, 2, 3, 4, 5, 6, 'end', 7, 8, 'end']);
  });

  it('let what comes in the pause after the last ones go with the room that is left', () => {
    add(1, 2, 3, 4);
    pass(1);
    expect(add(5, 6, 7)).toEqual([true, true, true]);
    expect(handed).toEqual([1, 2, 3, 4, 'end', 5, 6]);
    pass(1);
    expect(handed.slice(-2)).toEqual([7, 'end']);
  });

  it('take no more than five that wait', () => {
    expect(add(1, 2, 3, 4, 5, 6, 7, 8, 9).at(-1)).toBe(false);
    pass(2);
    expect(handed.filter((one) => one !== 'end')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('go all at once when they are drained, and not again afterwards', () => {
    add(1, 2, 3, 4, 5);
    portions.drain();
    pass(5);
    expect(handed).toEqual([1, 2, 3, 4, 5, 'end']);
  });
});
