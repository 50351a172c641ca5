/** The thread that checks passwords, one at a time: an edge without decisions. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { loadBcrypt } from './bcrypt.ts';

export type HashQuestion = { readonly password: Uint8Array; readonly hash: string };

/** Behind everything else that runs here: a flood of passwords shall not delay one packet. */
const LAST = 19;

setPriority(0, LAST);
const check = loadBcrypt();
parentPort?.on('message', ({ password, hash }: HashQuestion) => {
  parentPort?.postMessage(check(password, hash));
});
