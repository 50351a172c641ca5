/** Validation of what comes in: a zod schema's verdict as one sentence in Ironic's words. */
import type { z } from 'zod';
import { IngotError } from '../errors.ts';

/** The parsed value, or `invalid_input` such as "Schema error for node: ...". `what` names the thing in it. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown, what: string): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new IngotError(
    'invalid_input',
    `Schema error for ${what}: ${issue === undefined ? '' : issueText(issue)}`,
    {
      hint: 'Correct that and ask again. `--help` after an ingot command tells what it takes.',
    },
  );
}

/** The parsed query string; an unknown argument is refused in Ironic's words. */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const text =
    issue?.code === 'unrecognized_keys'
      ? `Unexpected arguments: ${issue.keys.join(', ')}`
      : `Invalid query: ${issue === undefined ? '' : issueText(issue)}`;
  throw new IngotError('invalid_input', text, {
    hint: 'Correct that and ask again. `--help` after an ingot command tells what it takes.',
  });
}

function issueText(issue: z.core.$ZodIssue): string {
  const at = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `'${key}'`).join(', ');
    const verb = issue.keys.length === 1 ? 'was' : 'were';
    return `${at}Additional properties are not allowed (${names} ${verb} unexpected)`;
  }
  return `${at}${issue.message}`;
}
