/**
 * What a fuzz target is. Every file in `targets/` exports `targets`, a list; `npm run fuzz` and the short run of
 * `npm test` take all that they find there.
 */
import type { Random } from './mutate.ts';

export type FuzzGroup = 'dhcp' | 'dhcp-import' | 'tftp' | 'http' | 'syslog';

export type FuzzTarget = {
  readonly group: FuzzGroup;
  /** In words: "the TFTP codec". */
  readonly name: string;
  open(random: Random): Promise<FuzzRun> | FuzzRun;
};

export type FuzzRun = {
  /**
   * Makes an input (or a batch), hands it over and judges what came of it.
   * @throws Error whose message says which promise was broken, with the input as hexadecimal digits
   */
  step(): Promise<void> | void;
  /** Whether it still serves those who mean it well. @throws Error when it does not */
  finish?(): Promise<void> | void;
  close?(): Promise<void>;
};

/** @throws Error with the sentence and the input that broke the promise */
export function promise(kept: boolean, broken: string, input: Uint8Array): asserts kept {
  if (!kept) throw new Error(`${broken}; input: ${Buffer.from(input).toString('hex')}`);
}

/** Runs `act`. @throws Error with the input when it throws */
export function survives<Result>(input: Uint8Array, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw new Error(`it threw ${String(cause)}; input: ${Buffer.from(input).toString('hex')}`, { cause });
  }
}
