export type Justified = {
  /**
   * `family: name` of each call that shows it; the test fails for one that does not any more. A pattern has to be shown
   * by one call at least. All: what ingot adds to any answer.
   */
  readonly calls: readonly string[] | RegExp | 'all';
  readonly at: string | RegExp;
  readonly why: string;
};

export const SENTENCE = 'body.error_message.faultstring';
export const STATUS_AND_SENTENCE = /^(status|body\.error_message\.faultstring)$/;
