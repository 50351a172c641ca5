/** What one look at this machine has found, in a sentence and, where something is to be done, what. */
export type Finding = {
  /** `bad`: something of the configuration will not work. `warning`: it may not, or not always. */
  readonly verdict: 'good' | 'warning' | 'bad';
  /** The subject, one word: `config`, `folder`, `interface`, `port`, ... */
  readonly check: string;
  readonly sentence: string;
  /** Empty when there is nothing to do. */
  readonly hint: string;
};

export const good = (check: string, sentence: string): Finding => ({
  verdict: 'good',
  check,
  sentence,
  hint: '',
});

/** The findings of one check are alike in all but verdict and words. */
export const warning = (check: string, sentence: string, hint: string): Finding => ({
  verdict: 'warning',
  check,
  sentence,
  hint,
});

export const bad = (check: string, sentence: string, hint: string): Finding => ({
  verdict: 'bad',
  check,
  sentence,
  hint,
});
