/** The agent's log: one line a stage on the console, and the last lines kept for `log.collect_system_logs`. */

export type SayFields = { readonly [name: string]: string | number | boolean | null };
/** `say('lookup ok', { node: uuid })` prints `ingot-agent: lookup ok node=...`. */
export type Say = (stage: string, fields?: SayFields) => void;

const KEPT_LINES = 1000;
const LONGEST_LINE = 2000;

/** Field names that no caller may print, whatever the value. */
const SECRET_NAMES = new Set(['token', 'agent_token', 'configdrive', 'user_data', 'password']);

function format(name: string, value: string | number | boolean | null): string {
  if (SECRET_NAMES.has(name)) return `${name}=******`;
  const text = String(value);
  return `${name}=${/[\s"=]/.test(text) ? JSON.stringify(text) : text}`;
}

/** The line as it is printed: one line, bounded, control characters escaped. */
function sayLine(stage: string, fields: SayFields = {}): string {
  const words = Object.entries(fields).map(([name, value]) => format(name, value));
  return ['ingot-agent:', stage, ...words]
    .join(' ')
    .replaceAll(/[\r\n]+/g, ' ')
    .slice(0, LONGEST_LINE);
}

/** A `Say` that writes to `print` and remembers; `lines()` gives what it remembers, oldest first. */
export function createSay(print: (line: string) => void): { say: Say; lines: () => readonly string[] } {
  const kept: string[] = [];
  const say: Say = (stage, fields) => {
    const line = sayLine(stage, fields);
    print(line);
    kept.push(`${new Date().toISOString()} ${line}`);
    if (kept.length > KEPT_LINES) kept.shift();
  };
  return { say, lines: () => [...kept] };
}
