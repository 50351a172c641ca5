import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAwaitedAnswers } from '../../../src/daemon/packets/awaited-answers.ts';

const late = (): Error => new Error('no answer in time');
const question = { send: () => undefined, withinMs: 1_000, late };

describe('questions to another thread', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('get the answer of their key, also one that comes while they are sent', async () => {
    const answers = createAwaitedAnswers<string>();
    const first = answers.ask('1', question);
    const second = answers.ask('2', { ...question, send: () => answers.settle('2', 'two') });
    answers.settle('1', 'one');
    expect(await Promise.all([first, second])).toEqual(['one', 'two']);
  });

  it('fail when their time is up, and an answer that comes later is dropped', async () => {
    const answers = createAwaitedAnswers<string>();
    const asked = answers.ask('1', question);
    const failed = expect(asked).rejects.toThrow('no answer in time');
    vi.advanceTimersByTime(1_000);
    await failed;
    answers.settle('1', 'too late');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('all fail when the thread ends', async () => {
    const answers = createAwaitedAnswers<string>();
    const asked = [answers.ask('1', question), answers.ask('2', question)];
    answers.fail(new Error('the thread ended'));
    const ends = await Promise.allSettled(asked);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
