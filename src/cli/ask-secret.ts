/** Asks at the terminal for a secret, which is not shown while it is typed. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { IngotError } from '../errors.ts';

export type Terminal = { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream };

/** Resolves with the line. Rejects with `usage` when it is ended by Ctrl-C or Ctrl-D. */
export async function askSecret(question: string, { input, output }: Terminal): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: unseen, terminal: true });
  const given = new AbortController();
  const stop = (): void => given.abort();
  lines.once('SIGINT', stop).once('close', stop);
  output.write(question);
  try {
    return await lines.question('', { signal: given.signal });
  } catch (cause) {
    throw new IngotError('usage', 'Nothing was given', { hint: 'Nothing was changed either.', cause });
  } finally {
    lines.close();
    output.write('\n');
  }
}
