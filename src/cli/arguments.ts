/** Command lines: one table entry a command, read by `node:util` and checked here. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { IngotError } from '../errors.ts';

export type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

export type Arguments = { readonly values: Values; readonly positionals: readonly string[] };

/** Every command has these. */
const COMMON_OPTIONS: ParseArgsOptionsConfig = {
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

/** Options of commands that start a job. */
export const WAIT_OPTIONS: ParseArgsOptionsConfig = {
  wait: { type: 'boolean' },
  timeout: { type: 'string' },
};

/** Throws `usage` with the mistake in a sentence. */
export function readArguments(
  argv: readonly string[],
  options: ParseArgsOptionsConfig,
  positionals: { readonly least: number; readonly most: number; readonly usage: string },
): Arguments {
  let parsed: { values: Values; positionals: readonly string[] };
  try {
    parsed = parseArgs({
      args: [...argv],
      options: { ...COMMON_OPTIONS, ...options },
      allowPositionals: true,
      strict: true,
    });
  } catch (thrown) {
    const sentence = thrown instanceof Error ? thrown.message : String(thrown);
    const unknown = /^Unknown option '(-[^']*)'/.exec(sentence)?.[1];
    throw usage(unknown === undefined ? sentence : noSuchOption(unknown, options), positionals.usage);
  }
  if (parsed.values.help === true) return parsed;
  if (parsed.positionals.includes(''))
    throw usage('A word is empty: is a variable not set?', positionals.usage);
  if (parsed.positionals.length < positionals.least)
    throw usage(missing(positionals.usage, parsed.positionals), positionals.usage);
  if (parsed.positionals.length > positionals.most) {
    throw usage(`"${parsed.positionals[positionals.most] ?? ''}" is one word too many`, positionals.usage);
  }
  return parsed;
}

/** Names the first word that is not there as the usage names it: `NAME`, `on|off`. */
function missing(usageLine: string, given: readonly string[]): string {
  const required = usageLine.replace(/ --\S+ \S+/g, '');
  const words = required.split(' ').filter((word) => !/^(…|\[.*|.*\])$/.test(word));
  const wanted = words.slice(words.findIndex((word) => /[A-Z|]/.test(word)))[given.length] ?? 'a word';
  const after = given.length === 0 ? '' : ` after "${given.join(' ')}"`;
  return `${wanted} is missing${after}`;
}

/** Those that begin like it are named: node:util takes no beginnings, as some programs do. */
function noSuchOption(given: string, options: ParseArgsOptionsConfig): string {
  const word = given.replace(/^-+/, '');
  const near = Object.keys({ ...COMMON_OPTIONS, ...options }).filter((name) => name.startsWith(word));
  const meant = near.length === 0 ? '`--help` tells all' : `did you mean --${near.join(' or --')}?`;
  return `There is no option ${given}: ${meant}`;
}

export function usage(message: string, usageLine: string): IngotError {
  return new IngotError('usage', message, { hint: `Usage: ${usageLine}` });
}

export function flag(values: Values, name: string): boolean {
  return values[name] === true;
}

export function text(values: Values, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

/** A repeatable option. */
export function texts(values: Values, name: string): readonly string[] {
  const value = values[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The option as a positive whole number. Throws `usage`. */
export function wholeNumber(values: Values, name: string, usageLine: string): number | null {
  const value = text(values, name);
  if (value === null) return null;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw usage(`--${name} takes a positive whole number, not "${value}"`, usageLine);
}
