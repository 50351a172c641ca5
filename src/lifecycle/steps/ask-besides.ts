/** What a step asks the BMC besides what it needs: within a time for all of it, and missed without harm. */
import type { Bmc } from '../../bmc/bmc.ts';
import { IngotError } from '../../errors.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext } from '../engine/step.ts';

type Tools = Pick<StepDeps, 'withBmc' | 'clock' | 'timeouts'>;
type Context = Pick<StepContext, 'node' | 'signal' | 'log'>;

/** For all of it together; of a shorter `power_s`, which the steps that ask have in all, half. */
const MOST_MS = 30_000;

type Question = {
  /** As in "its BMC did not tell its Secure Boot setting". */
  readonly what: string;
  /** Milliseconds of the time for all; absent: what is left of it. */
  readonly mostMs?: number;
};

export type Besides = {
  /**
   * The answer; undefined where the BMC refuses it, or does not give it in time: then no more of it is asked for.
   * Rejects when the step is aborted.
   */
  ask<T>(question: Question, read: (bmc: Bmc, signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  /** A sentence, after a space, on what was asked for in vain; empty where all was answered. */
  untold(): string;
};

export function createBesides(context: Context, tools: Tools): Besides {
  const node = context.node();
  const missed: string[] = [];
  const limitMs = Math.min(MOST_MS, tools.timeouts.power_s * 500);
  let usedMs = 0;
  return {
    ask: async ({ what, mostMs = limitMs }, read) => {
      const began = tools.clock.elapsed();
      try {
        const left = Math.min(mostMs, limitMs - usedMs);
        if (left <= 0) throw tooSlow(limitMs);
        return await inTime(left, { context, tools }, (signal) =>
          tools.withBmc(node, (bmc) => read(bmc, signal)),
        );
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof IngotError)) throw error;
        context.log.warn({ error: error.message, what }, 'the BMC does not tell all that it was asked for');
        missed.push(what);
        return undefined;
      } finally {
        usedMs += tools.clock.elapsed() - began;
      }
    },
    untold: () =>
      missed.length === 0
        ? ''
        : ` Its BMC did not tell ${missed.join(', ')}: what was known before is kept; inspect the node when its BMC is less busy, or restart the BMC.`,
  };
}

/** The signal that `read` gets is aborted with the step, and by an `IngotError` when the time is up. */
async function inTime<T>(
  limitMs: number,
  { context, tools: { clock } }: { readonly context: Context; readonly tools: Tools },
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const finished = new AbortController();
  void clock.sleep(limitMs, finished.signal).then(
    () => over.abort(tooSlow(limitMs)),
    () => undefined,
  );
  try {
    return await read(AbortSignal.any([context.signal, over.signal]));
  } finally {
    finished.abort(new Error('it was told'));
  }
}

function tooSlow(limitMs: number): IngotError {
  return new IngotError('timeout', `The BMC did not answer within ${limitMs / 1_000} s`, {
    hint: 'What was known before is kept. Inspect the node when its BMC is less busy, or restart the BMC.',
  });
}
