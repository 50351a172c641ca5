/**
 * Regular expressions whose time is bounded: all ways through the pattern are followed at once (Thompson, "Regular
 * Expression Search Algorithm", 1968), so the work is at most characters times states, whatever the input. Pure.
 */
import { IngotError } from '../../../errors.ts';
import { type Assertion, type CharSet, isWordChar, readPattern, type Syntax } from './syntax.ts';

type State =
  | { readonly op: 'char'; readonly set: CharSet; readonly next: number }
  | { readonly op: 'assert'; readonly at: Assertion; readonly next: number }
  | { readonly op: 'fork'; readonly ways: readonly number[] }
  | { readonly op: 'found' };

export type Pattern = {
  /** The most that a test of the text can cost: characters times states. */
  workOf(text: string): number;
  /** Whether the text from its start, or any part of it, is matched. `whole`: to its end as well. */
  test(text: string, options: { readonly from: 'start' | 'anywhere'; readonly whole: boolean }): boolean;
};

/** Counted repetitions are written out: this bounds them all together. */
const MOST_STATES = 2_000;
/** Characters times states of one test. */
const MOST_WORK = 1_000_000;

/** Throws `invalid_input` for what is no pattern, or none that can be matched in bounded time. */
export function compilePattern(text: string): Pattern {
  const states: State[] = [{ op: 'found' }];
  const add = (state: State): number => {
    if (states.length >= MOST_STATES)
      throw tooMuch('invalid regular expression: its repetitions, written out, are too many');
    return states.push(state) - 1;
  };
  /** States for `syntax` that go on at `next`; returns the first. */
  const build = (syntax: Syntax, next: number): number => {
    switch (syntax.kind) {
      case 'char':
        return add({ op: 'char', set: syntax.set, next });
      case 'assert':
        return add({ op: 'assert', at: syntax.at, next });
      case 'sequence':
        return syntax.parts.reduceRight((after, part) => build(part, after), next);
      case 'choice':
        return add({ op: 'fork', ways: syntax.options.map((option) => build(option, next)) });
      case 'repeat':
        return buildRepeat(syntax, next);
    }
  };
  const buildRepeat = (
    { part, least, most }: Extract<Syntax, { readonly kind: 'repeat' }>,
    next: number,
  ): number => {
    let first = next;
    if (most === null) {
      const ways = [next];
      first = add({ op: 'fork', ways });
      ways.push(build(part, first));
    } else {
      for (let left = most - least; left > 0; left--)
        first = add({ op: 'fork', ways: [next, build(part, first)] });
    }
    for (let left = least; left > 0; left--) {
      const again = build(part, first);
      // A part of nothing, such as `()`, takes no states, which would be the bound.
      if (again === first) break;
      first = again;
    }
    return first;
  };
  const start = build(readPattern(text), 0);
  return {
    workOf: (subject) => (subject.length + 1) * states.length,
    test: (subject, options) => run({ states, start }, [...subject], options),
  };
}

function run(
  { states, start }: { readonly states: readonly State[]; readonly start: number },
  chars: readonly string[],
  { from, whole }: Parameters<Pattern['test']>[1],
): boolean {
  if (chars.length * states.length > MOST_WORK)
    throw tooMuch(`a text of ${chars.length} characters is too long for this regular expression`);
  const seen = new Int32Array(states.length).fill(-1);
  let here: number[] = [];

  /** The states that wait for a character, reached from these without one; null when a match is complete. */
  const settle = (begin: readonly number[], at: number): number[] | null => {
    const waiting: number[] = [];
    const open = [...begin];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (seen[index] === at) continue;
      seen[index] = at;
      const state = states[index];
      if (state === undefined) continue;
      if (state.op === 'char') waiting.push(index);
      else if (state.op === 'fork') open.push(...state.ways);
      else if (state.op === 'assert') {
        if (holds(state.at, chars, at)) open.push(state.next);
      } else if (!whole || holds('end', chars, at)) return null;
    }
    return waiting;
  };

  for (let at = 0; at <= chars.length; at++) {
    const waiting = settle(at === 0 || from === 'anywhere' ? [...here, start] : here, at);
    if (waiting === null) return true;
    const char = chars[at] ?? '';
    here = waiting.flatMap((index) => {
      const state = states[index];
      return state?.op === 'char' && at < chars.length && state.set(char) ? [state.next] : [];
    });
    if (here.length === 0 && from === 'start') return false;
  }
  return false;
}

function holds(assertion: Assertion, chars: readonly string[], at: number): boolean {
  const isWord = (index: number): boolean => isWordChar(chars[index] ?? '');
  switch (assertion) {
    case 'start':
      return at === 0;
    case 'text end':
      return at === chars.length;
    case 'end':
      return at === chars.length || (at === chars.length - 1 && chars[at] === '\n');
    case 'word edge':
      return isWord(at - 1) !== isWord(at);
    case 'no word edge':
      return isWord(at - 1) === isWord(at);
  }
}

function tooMuch(message: string): IngotError {
  return new IngotError('invalid_input', message, { hint: 'Use a simpler pattern.' });
}
