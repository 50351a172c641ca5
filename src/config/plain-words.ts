/**
 * Mistakes of form in an operator's file or request, in words that name no type of ours; for zod's `safeParse`. Pure.
 */
import type { z } from 'zod';
import { isSecretKey } from '../secret-words.ts';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of keys',
  record: 'a set of keys',
};

const STRUCTURES: ReadonlySet<string> = new Set(['array', 'object', 'record']);

/** To follow the name of the key. What the schema says of a mistake itself goes before this. */
export function plainWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${shown(issue, STRUCTURES.has(issue.expected))}`;
    case 'invalid_value':
      if (issue.input === undefined) return `is missing: ${issue.values.map(String).join(' or ')}`;
      return `must be ${issue.values.map(String).join(' or ')}, not ${shown(issue)}`;
    case 'too_small':
      return issue.inclusive === false
        ? `must be more than ${issue.minimum}`
        : bound('least', issue.origin, issue.minimum);
    case 'too_big':
      return issue.inclusive === false
        ? `must be less than ${issue.maximum}`
        : bound('most', issue.origin, issue.maximum);
    case 'invalid_union':
      return unionWords(issue, issue.errors);
    case 'invalid_key':
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
}

/** For a value that may be one of several kinds; where its kind is right, the mistake is inside it. */
function unionWords(issue: RawIssue, options: Alternatives): string | undefined {
  if (issue.input === undefined) return 'is missing';
  const inner = options.map(([first]) => first).find((first) => first !== undefined && !isOfKind(first));
  if (inner !== undefined)
    return inner.path.length === 0 ? inner.message : `${inner.path.join('.')} ${inner.message}`;
  const kinds = [...new Set(kindsOf(options))];
  return kinds.length === 0 ? undefined : `must be ${kinds.join(' or ')}, not ${shown(issue)}`;
}

type Alternatives = readonly (readonly z.core.$ZodIssue[])[];

/** Whether the issue is about the kind of the value itself. */
function isOfKind({ path, code }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_union');
}

function kindsOf(options: Alternatives): readonly string[] {
  return options.flatMap(([first]) => {
    if (first?.code === 'invalid_type') return [KINDS[first.expected] ?? first.expected];
    return first?.code === 'invalid_union' ? kindsOf(first.errors) : [];
  });
}

function bound(side: 'least' | 'most', origin: string, count: number | bigint): string {
  const unit = origin === 'string' ? 'characters' : origin === 'array' ? 'entries' : null;
  if (unit === null) return `must be at ${side} ${count}`;
  return side === 'least' && count === 1 ? 'is empty' : `must have at ${side} ${count} ${unit}`;
}

/** What stands there, short; a secret is not told, nor a text in the place of keys or entries, which may hold some. */
function shown({ input, path }: RawIssue, instead = false): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a set of keys';
  if (isSecretKey(String(path?.at(-1) ?? ''))) return 'what stands there';
  if (instead && typeof input === 'string') return 'text';
  return typeof input === 'string' ? `"${input.slice(0, 60)}"` : String(input);
}
