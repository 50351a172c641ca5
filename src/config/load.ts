/**
 * Reads the configuration file. Every mistake becomes one plain sentence with its line; all mistakes are
 * reported together, so that the operator mends the file once.
 */
import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { IngotError } from '../errors.ts';
import { plainWords } from './plain-words.ts';
import { type Repaired, repaired } from './repair.ts';
import { type Config, configSchema } from './schema.ts';

export type ConfigProblem = { readonly line: number; readonly where: string; readonly sentence: string };

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** A check that zod cannot express (address ranges, say), run on a config whose shape is right. */
export type ConfigCheck = (
  config: Config,
) => readonly { readonly path: ConfigPath; readonly sentence: string }[];

type ConfigPath = readonly (string | number)[];

/** Values that aliases may stand for, all together. */
const MOST_ALIASES = 100;

const ONE_DOCUMENT = 'a second document begins here, and the file is to hold one: take the line `---` out.';

/** Parses and validates the text of a configuration file. Pure. */
export function parseConfig(text: string, checks: readonly ConfigCheck[] = []): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      line: lines.linePos(error.pos[0]).line,
      where: 'YAML',
      sentence: error.code === 'MULTIPLE_DOCS' ? ONE_DOCUMENT : error.message,
    }));
    return { ok: false, problems };
  }
  const locate = (path: readonly PropertyKey[]): number => lineOf(document, lines, path);
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: MOST_ALIASES }) ?? {};
  } catch (thrown) {
    // An alias of nothing, or aliases of aliases that would fill the memory.
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const sentence = `an alias (*name) cannot be followed: ${why}. Write the values out instead.`;
    return { ok: false, problems: [{ line: 1, where: 'YAML', sentence }] };
  }
  const { issues, config, places } = readShape(content);
  const wrongTogether = config === null ? [] : checks.flatMap((check) => check(config));
  const problems = [
    ...issues.flatMap((issue) => describeIssue(issue, locate)),
    ...wrongTogether.map(({ path, sentence }) => {
      const [key, place, ...rest] = path;
      const inFile =
        key === 'networks' && typeof place === 'number' ? [key, places[place] ?? place, ...rest] : path;
      return { line: locate(inFile), where: formatPath(inFile), sentence };
    }),
  ].toSorted((a, b) => a.line - b.line);
  return problems.length > 0 || config === null ? { ok: false, problems } : { ok: true, config };
}

type Shape = Repaired & { readonly issues: readonly z.core.$ZodIssue[] };

/** With mistakes of form the configuration is what is right of it, so that the rest can be checked. */
function readShape(value: unknown): Shape {
  const parsed = configSchema.safeParse(value, { error: plainWords });
  if (parsed.success)
    return { issues: [], config: parsed.data, places: parsed.data.networks.map((_, place) => place) };
  const { issues } = parsed.error;
  return { issues, ...repaired(value, issues) };
}

/** Reads, parses and validates `file`; throws `config_invalid` with every problem in the message. */
export async function loadConfig(file: string, checks: readonly ConfigCheck[] = []): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new IngotError('config_invalid', `The configuration file ${file} ${whyUnreadable(cause)}.`, {
      hint: 'Check the path, or write one there: config/ingot.example.yaml is a start, and an empty file is good too.',
      cause,
    });
  });
  const result = parseConfig(text, checks);
  if (result.ok) return result.config;
  throw new IngotError('config_invalid', formatProblems(file, result.problems), {
    hint: `Mend the lines above, then run: ingot config check ${file}`,
  });
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES') return 'may not be read by this user';
  return `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
}

/** `FILE:LINE: WHERE: SENTENCE`, a line each. */
export function formatProblems(file: string, problems: readonly ConfigProblem[]): string {
  return problems.map((p) => `${file}:${p.line}: ${p.where}: ${p.sentence}`).join('\n');
}

function describeIssue(
  issue: z.core.$ZodIssue,
  locate: (path: readonly PropertyKey[]) => number,
): readonly ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      line: locate([...issue.path, key]),
      where: formatPath([...issue.path, key]),
      sentence: 'is not a key that ingot knows; see `ingot config schema` for those it does.',
    }));
  }
  return [{ line: locate(issue.path), where: formatPath(issue.path), sentence: issue.message }];
}

function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  );
}

/** The line of the deepest part of `path` that the document has; for a key, the line of the key itself. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent =
      depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1) as string[], true);
    const key = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair !== undefined && isScalar(pair.key) && pair.key.range)
        return lines.linePos(pair.key.range[0]).line;
    } else {
      const node = document.getIn(path.slice(0, depth) as string[], true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
  }
  return 1;
}
