/**
 * Whether a password is right, without ever holding the event loop up: bcrypt runs in a thread of its own, one
 * password at a time, addresses in turn. What was found is remembered, as Ironic does, so that the many requests of
 * one client cost one check.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { CheckPassword, PasswordVerdict } from '../../api/login/login.ts';
import { IngotError } from '../../errors.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { HashQuestion } from './bcrypt-thread.ts';
import type { PasswordFile } from './password-file.ts';

const MOST_REMEMBERED = 1024;
/** Passwords that wait: of one address, and of all. */
const MOST_OF_ONE = 8;
const MOST_WAITING = 64;

type Waiting = HashQuestion & {
  readonly answer: (right: boolean) => void;
  readonly fail: (error: Error) => void;
};

export type PasswordChecks = { readonly check: CheckPassword; stop(): Promise<void> };

/** The thread begins with the first password. */
export function createPasswordChecks(file: PasswordFile): PasswordChecks {
  const secret = randomBytes(32);
  // Apart, so that a flood of wrong ones drives no right one out.
  const right = createRecentMap<string, true>(MOST_REMEMBERED);
  const wrong = createRecentMap<string, true>(MOST_REMEMBERED);
  const thread = createThread();

  const check: CheckPassword = async ({ user, password, from }): Promise<PasswordVerdict> => {
    const users = await file.users();
    // A name that is not there takes as long as one that is: who has an account is nobody's business.
    const hash = users.get(user) ?? users.values().next().value;
    if (hash === undefined) return 'wrong';
    const isUser = users.has(user);
    // With its hash: a password that was changed is another question.
    const mark = createHmac('sha256', secret).update(`${hash}\0`).update(password).digest('base64');
    if (right.get(mark)) return isUser ? 'right' : 'wrong';
    if (wrong.get(mark)) return 'wrong';
    const found = await thread.ask({ password, hash }, from);
    if (found === null) return 'busy';
    (found ? right : wrong).set(mark, true);
    return found && isUser ? 'right' : 'wrong';
  };
  return { check, stop: thread.stop };
}

type Thread = {
  /** Null: too many wait already. */
  ask(question: HashQuestion, from: string): Promise<boolean | null>;
  stop(): Promise<void>;
};

function createThread(): Thread {
  /** By address, in the order in which they have their turns. */
  const queues = new Map<string, Waiting[]>();
  let worker: Worker | null = null;
  let current: Waiting | null = null;

  const next = (): void => {
    const [turn] = queues;
    if (current !== null || turn === undefined) return;
    const [from, queue] = turn;
    queues.delete(from);
    const first = queue.shift();
    if (queue.length > 0) queues.set(from, queue);
    if (first === undefined) return;
    current = first;
    worker ??= start();
    worker.postMessage({ password: first.password, hash: first.hash } satisfies HashQuestion);
  };

  const start = (): Worker => {
    const begun = new Worker(new URL('./bcrypt-thread.ts', import.meta.url), { name: 'passwords' });
    begun.unref();
    begun.on('message', (isRight: boolean) => {
      const asked = current;
      current = null;
      asked?.answer(isRight);
      next();
    });
    begun.on('error', (error: Error) => {
      const asked = current;
      current = null;
      worker = null;
      asked?.fail(error);
      next();
    });
    return begun;
  };

  return {
    ask(question, from) {
      const queue = queues.get(from) ?? [];
      const waiting = [...queues.values()].reduce((sum, { length }) => sum + length, 0);
      if (queue.length >= MOST_OF_ONE || waiting >= MOST_WAITING) return Promise.resolve(null);
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      queue.push({ ...question, answer: resolve, fail: reject });
      queues.set(from, queue);
      next();
      return promise;
    },
    async stop() {
      const stopping = new IngotError('busy', 'The daemon stops', { hint: 'Try again when it is up.' });
      for (const { fail } of [...queues.values()].flat()) fail(stopping);
      queues.clear();
      current?.fail(stopping);
      current = null;
      await worker?.terminate();
    },
  };
}
