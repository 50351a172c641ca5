/**
 * JSON as Kea takes it: comments (`#`, `//`, C's) and commas before a closing bracket are fine. Keeps the line of
 * each object and each mistake, which `JSON.parse` does not. Pure.
 */
import { badLine } from './foreign.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonFields;
export type JsonFields = { readonly [name: string]: JsonValue };

export type ReadJson = {
  readonly value: JsonValue;
  /** The line where the object or list begins. */
  lineOf(part: object): number;
};

/** Deeper than any configuration is. */
const MOST_DEPTH = 64;
const SKIPPED = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const SCALAR = /"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** @throws IngotError `invalid_input` with the line of the mistake */
export function readJsonWithComments(text: string): ReadJson {
  const lines = new WeakMap<object, number>();
  const lineAt = lineCounter(text);
  let at = 0;

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  const peek = (): string => {
    take(SKIPPED);
    return text[at] ?? '';
  };
  const fail = (expected: string): Error => {
    const found = text.slice(at, at + 20).split('\n')[0] ?? '';
    const include = found.startsWith('<?include');
    if (include)
      return badLine(
        lineAt(at),
        'it includes another file: import what "kea-shell config-get" prints instead',
      );
    return badLine(
      lineAt(at),
      `${expected} is missing${found === '' ? ' at the end' : ` before "${found}"`}`,
    );
  };

  const scalar = (): JsonValue => {
    const found = take(SCALAR);
    if (found === null) throw fail('a value');
    try {
      return JSON.parse(found) as JsonValue;
    } catch {
      throw badLine(lineAt(at), `${found.slice(0, 40)} is no JSON`);
    }
  };

  /** The parts between two brackets, commas between and perhaps behind them. */
  const parts = (close: string, part: () => void): void => {
    at++;
    while (peek() !== close) {
      part();
      if (peek() === ',') at++;
      else if (text[at] !== close) throw fail(`"," or "${close}"`);
    }
    at++;
  };

  const value = (depth: number): JsonValue => {
    const first = peek();
    if (depth > MOST_DEPTH) throw badLine(lineAt(at), 'brackets are nested too deep');
    if (first !== '{' && first !== '[') return scalar();
    const line = lineAt(at);
    const fields: [string, JsonValue][] = [];
    const items: JsonValue[] = [];
    if (first === '[') parts(']', () => void items.push(value(depth + 1)));
    else
      parts('}', () => {
        if (text[at] !== '"') throw fail('a name in quotes');
        const name = String(scalar());
        if (peek() !== ':') throw fail('":"');
        at++;
        fields.push([name, value(depth + 1)]);
      });
    const made = first === '[' ? items : Object.fromEntries(fields);
    lines.set(made, line);
    return made;
  };

  const whole = value(0);
  if (peek() !== '') throw fail('the end');
  return { value: whole, lineOf: (part) => lines.get(part) ?? 1 };
}

/** Lines of rising offsets, in one walk over the text. */
function lineCounter(text: string): (offset: number) => number {
  let [line, counted] = [1, 0];
  return (offset) => {
    if (offset < counted) [line, counted] = [1, 0];
    for (
      let next = text.indexOf('\n', counted);
      next !== -1 && next < offset;
      next = text.indexOf('\n', counted)
    ) {
      line++;
      counted = next + 1;
    }
    return line;
  };
}

export function isFields(value: JsonValue | undefined): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
