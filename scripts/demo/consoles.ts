/** What the machines' own consoles say while ingot has nothing to tell: an emulated system takes minutes to boot. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

type Machine = { readonly name: string; readonly console: string };
type Options = {
  readonly machines: readonly Machine[];
  readonly say: (text: string) => void;
  /** Milliseconds since anything was said. */
  readonly silentMs: () => number;
  readonly signal: AbortSignal;
};

const SILENCE_MS = 20_000;
const WIDTH = 90;

/** Each 20 s without another word: a line for each machine whose console has gone on. Resolves when aborted. */
export async function followConsoles({ machines, say, silentMs, signal }: Options): Promise<void> {
  const shown = new Map<string, string>();
  while (!signal.aborted) {
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || silentMs() < SILENCE_MS) continue;
    for (const { name, console } of machines) {
      const line = lastLine(await readFile(console, 'latin1').catch(() => ''));
      if (line === '' || shown.get(name) === line) continue;
      shown.set(name, line);
      say(`${name}: its console says: ${line}`);
    }
  }
}

/** The last line that has words in it. */
function lastLine(text: string): string {
  const lines = stripVTControlCharacters(text.slice(-8_192)).split(/[\r\n]+/);
  const said = lines.findLast((line) => /[a-z]{3}/i.test(line)) ?? '';
  return said
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, WIDTH);
}
