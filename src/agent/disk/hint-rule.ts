/**
 * One root device hint as a rule: the grammar of Ironic's hints (ironic docs, "Specifying the disk for
 * deployment (root device hints)"; operators of oslo.utils specs_matcher). Letter case never matters.
 */
import { AgentError } from '../base/agent-error.ts';

type NumberTest = (have: number, want: number) => boolean;
type TextTest = (have: string, want: string) => boolean;

const NUMBER_OPERATORS: ReadonlyMap<string, NumberTest> = new Map<string, NumberTest>([
  ['==', (have, want) => have === want],
  ['!=', (have, want) => have !== want],
  ['>=', (have, want) => have >= want],
  ['<=', (have, want) => have <= want],
  ['>', (have, want) => have > want],
  ['<', (have, want) => have < want],
]);

const TEXT_OPERATORS: ReadonlyMap<string, TextTest> = new Map<string, TextTest>([
  ['s==', (have, want) => have === want],
  ['s!=', (have, want) => have !== want],
  ['s>=', (have, want) => have >= want],
  ['s<=', (have, want) => have <= want],
  ['s>', (have, want) => have > want],
  ['s<', (have, want) => have < want],
  ['<in>', (have, want) => have.includes(want)],
]);

/** How a plain value, without an operator, is matched. */
export type PlainRule = 'exact' | 'substring';

function splitOperator(expression: string, operators: Iterable<string>): readonly [string, string] | null {
  for (const operator of operators) {
    if (expression.startsWith(`${operator} `))
      return [operator, expression.slice(operator.length + 1).trim()];
  }
  return null;
}

/** The values of `<or> a <or> b`, or null when the expression is none. */
function alternatives(expression: string): readonly string[] | null {
  if (!expression.startsWith('<or> ')) return null;
  return expression
    .split(/(?:^|\s)<or>\s/)
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** `samsung` (by `plain`), `s== x`, `<in> x`, `<or> a <or> b`, `<all-in> a b`. */
export function textMatches(have: string, expression: string, plain: PlainRule): boolean {
  const value = have.trim().toLowerCase();
  const wanted = expression.trim().toLowerCase();
  const or = alternatives(wanted);
  if (or !== null) return or.includes(value);
  const allIn = splitOperator(wanted, ['<all-in>']);
  if (allIn !== null) return allIn[1].split(/\s+/).every((part) => value.includes(part));
  const split = splitOperator(wanted, TEXT_OPERATORS.keys());
  if (split !== null) return TEXT_OPERATORS.get(split[0])?.(value, split[1]) ?? false;
  return plain === 'exact' ? value === wanted : value.includes(wanted);
}

/** `480`, `>= 100`, `<or> 480 <or> 960`; throws `invalid_params` when there is no number where one must be. */
export function numberMatches(have: number, expression: string, hint: string): boolean {
  const wanted = expression.trim();
  const or = alternatives(wanted);
  if (or !== null) return or.some((value) => have === numberOf(value, hint));
  const [operator, value] = splitOperator(wanted, NUMBER_OPERATORS.keys()) ?? ['==', wanted];
  return NUMBER_OPERATORS.get(operator)?.(have, numberOf(value, hint)) ?? false;
}

function numberOf(text: string, hint: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new AgentError(
    'invalid_params',
    `root device hint "${hint}": "${text}" is not a number; write it as 480, ">= 100" or "<or> 480 <or> 960"`,
  );
}

const TRUE_WORDS = new Set(['true', '1', 'yes', 'on', 't', 'y']);
const FALSE_WORDS = new Set(['false', '0', 'no', 'off', 'f', 'n']);

/** `true`, `"yes"`, `"0"`, ...; throws `invalid_params` for anything else. */
export function booleanMatches(have: boolean, expression: string, hint: string): boolean {
  const word = expression.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return have;
  if (FALSE_WORDS.has(word)) return !have;
  throw new AgentError(
    'invalid_params',
    `root device hint "${hint}": "${expression}" is neither true nor false`,
  );
}
