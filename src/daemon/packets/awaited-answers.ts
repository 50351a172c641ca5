/** Questions to another thread: each has a key, under which its answer comes later, or a time when it is given up. */

export type Question = {
  /** Called once, when the answer is already waited for. */
  readonly send: () => void;
  readonly withinMs: number;
  /** What the question fails with when no answer came in time. */
  readonly late: () => Error;
};

export type AwaitedAnswers<Answer> = {
  ask(key: string, question: Question): Promise<Answer>;
  /** An answer that nobody waits for any more is dropped. */
  settle(key: string, answer: Answer): void;
  /** Fails every question that is open. */
  fail(error: Error): void;
};

type Waiter<Answer> = {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};

export function createAwaitedAnswers<Answer>(): AwaitedAnswers<Answer> {
  const waiters = new Map<string, Waiter<Answer>>();
  return {
    ask: (key, { send, withinMs, late }) =>
      new Promise<Answer>((resolve, reject) => {
        const timer = setTimeout(() => waiters.get(key)?.reject(late()), withinMs);
        const done = (): void => {
          clearTimeout(timer);
          waiters.delete(key);
        };
        waiters.set(key, {
          resolve: (answer) => {
            done();
            resolve(answer);
          },
          reject: (error) => {
            done();
            reject(error);
          },
        });
        send();
      }),
    settle: (key, answer) => waiters.get(key)?.resolve(answer),
    fail(error) {
      for (const waiter of [...waiters.values()]) waiter.reject(error);
    },
  };
}
