/** Validation of what comes in: a zod schema's verdict as one sentence in Ironic's words. */
import type { z } from 'zod';
import { plainWords } from '../config/plain-words.ts';
import { IngotError } from '../errors.ts';
import { FIELD_PLACE } from './schemas/common.ts';

/** The parsed value, or `invalid_input` such as "Schema error for node: ...". `what` names the thing in it. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown, what: string): z.output<T> {
  return parseAs(schema, body, `Schema error for ${what}`);
}

/** As `parseBody`, for what Ironic refuses by other words than "Schema error for ...". */
export function parseAs<T extends z.ZodType>(schema: T, body: unknown, opening: string): z.output<T> {
  const result = schema.safeParse(body, { error: plainWords });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new IngotError('invalid_input', bodySentence(issue, opening), { hint: hintFor(issue) });
}

/** The parsed query string; an unknown argument is refused in Ironic's words. */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query, { error: plainWords });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const text =
    issue?.code === 'unrecognized_keys'
      ? `Unexpected arguments: ${issue.keys.join(', ')}`
      : (wholeSentence(issue) ?? `Invalid query: ${issue === undefined ? '' : issueText(issue)}`);
  throw new IngotError('invalid_input', text, { hint: hintFor(issue) });
}

/**
 * A body that is a list of arguments, in Ironic's words for it. `what` names the thing that the arguments are of.
 * Throws `invalid_input`.
 */
export function parseArguments<T extends z.ZodType>(
  schema: T,
  body: unknown,
  { what, mandatory }: { readonly what: string; readonly mandatory: string | null },
): z.output<T> {
  const given = typeof body === 'object' && body !== null ? body : {};
  if (mandatory !== null && !(mandatory in given))
    throw new IngotError('invalid_input', `Missing mandatory parameter: ${mandatory}`, {
      hint: `Send a JSON object with "${mandatory}".`,
    });
  const result = schema.safeParse(given, { error: plainWords });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue?.code === 'unrecognized_keys' && issue.path.length === 0) throw unexpected(issue.keys.join(', '));
  throw new IngotError('invalid_input', bodySentence(issue, `Schema error for ${what}`), {
    hint: hintFor(issue),
  });
}

/** The refusal of an argument that this query does not take. */
export function unexpected(argument: string): IngotError {
  return new IngotError('invalid_input', `Unexpected arguments: ${argument}`, { hint: 'Leave it out.' });
}

function bodySentence(issue: z.core.$ZodIssue | undefined, opening: string): string {
  const whole = wholeSentence(issue);
  if (whole !== null) return whole;
  const missing = issue === undefined ? null : missingProperty(issue);
  if (missing !== null) return `${opening}: '${missing}' is a required property`;
  return `${opening}: ${issue === undefined ? '' : issueText(issue)}`;
}

/** Ironic's own sentence about a value, where the schema has one. */
function wholeSentence(issue: z.core.$ZodIssue | undefined): string | null {
  if (issue?.code !== 'custom' || issue.params?.whole !== true) return null;
  return issue.message.replace(FIELD_PLACE, issue.path.join('.'));
}

/** The property that is not there at all, if that is what the issue is about. */
function missingProperty(issue: z.core.$ZodIssue): string | null {
  const name = issue.path.at(-1);
  // A schema with a sentence of its own says more.
  return name === undefined || !issue.message.startsWith(MISSING) ? null : String(name);
}

/** As `plainWords` says it. */
const MISSING = 'is missing';

function hintFor(issue: z.core.$ZodIssue | undefined): string {
  const place = issue === undefined || issue.path.length === 0 ? 'that' : `"${issue.path.join('.')}"`;
  return `Correct ${place} and ask again. GET /openapi.json tells what each request takes.`;
}

function issueText(issue: z.core.$ZodIssue): string {
  const at = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  if (issue.path.length === 0 && /^(is|must) /.test(issue.message)) return `it ${issue.message}`;
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `'${key}'`).join(', ');
    const verb = issue.keys.length === 1 ? 'was' : 'were';
    return `${at}Additional properties are not allowed (${names} ${verb} unexpected)`;
  }
  return `${at}${issue.message}`;
}
