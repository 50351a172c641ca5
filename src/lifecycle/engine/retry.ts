/** Which errors of a step are worth another try, how often and how soon. */
import type { ErrorCode, IngotError } from '../../errors.ts';
import type { StepOutcome } from './step.ts';

type RetryRule = { readonly attempts: number; readonly firstMs: number; readonly longestMs: number };

/**
 * By error code. What is not named here is not retried: a wrong password or a wrong checksum stays wrong. The
 * BMC clients repeat single requests themselves; these rules outlast a BMC that restarts (about two minutes).
 */
export const RETRY_RULES: Readonly<Partial<Record<ErrorCode, RetryRule>>> = {
  bmc_unreachable: { attempts: 7, firstMs: 2_000, longestMs: 30_000 },
  bmc_bad_answer: { attempts: 4, firstMs: 2_000, longestMs: 10_000 },
  agent_unreachable: { attempts: 8, firstMs: 2_000, longestMs: 20_000 },
  // The image store has tried for half a minute by then.
  image_unreachable: { attempts: 2, firstMs: 5_000, longestMs: 5_000 },
  no_address: { attempts: 2, firstMs: 2_000, longestMs: 2_000 },
  busy: { attempts: 10, firstMs: 1_000, longestMs: 30_000 },
  environment: { attempts: 3, firstMs: 5_000, longestMs: 30_000 },
};

/** No step waits longer than this for its next try. */
export const LONGEST_BACK_OFF_MS = Math.max(...Object.values(RETRY_RULES).map((rule) => rule.longestMs));

/** How a step that threw `error` goes on; `attempt` counts the tries before this one in a row,
 * `patience` is the step's own bound on them. */
export function outcomeOfError(
  error: IngotError,
  {
    attempt,
    patience = Number.POSITIVE_INFINITY,
  }: { readonly attempt: number; readonly patience?: number | undefined },
): StepOutcome {
  const rule = RETRY_RULES[error.code];
  if (rule === undefined || attempt + 1 >= Math.min(rule.attempts, patience)) {
    const tries = attempt === 0 ? '' : ` (tried ${attempt + 1} times)`;
    return { kind: 'failed', because: `${withoutFullStop(error.message)}${tries}.`, hint: error.hint };
  }
  const afterMs = Math.min(rule.firstMs * 2 ** attempt, rule.longestMs);
  return { kind: 'retry', afterMs, because: error.message, code: error.code, hint: error.hint };
}

export function withoutFullStop(text: string): string {
  return text.replace(/\.\s*$/, '');
}
