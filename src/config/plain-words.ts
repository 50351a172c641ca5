/** Mistakes of form in an operator's file, in words that name no type of ours; for zod's `safeParse`. Pure. */
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

/** To follow the name of the key. What the schema says of a mistake itself goes before this. */
export function plainWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${shown(issue)}`;
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
    default:
      return undefined;
  }
}

function bound(side: 'least' | 'most', origin: string, count: number | bigint): string {
  const unit = origin === 'string' ? 'characters' : origin === 'array' ? 'entries' : null;
  if (unit === null) return `must be at ${side} ${count}`;
  return side === 'least' && count === 1 ? 'is empty' : `must have at ${side} ${count} ${unit}`;
}

/** What stands in the file, short; a secret is not told. */
function shown({ input, path }: RawIssue): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a set of keys';
  if (isSecretKey(String(path?.at(-1) ?? ''))) return 'what stands there';
  return typeof input === 'string' ? `"${input.slice(0, 60)}"` : String(input);
}
