/**
 * Reads a regular expression as Python's `re` writes them (docs.python.org/3/library/re.html), without what cannot be
 * matched in linear time: look-around, back-references, possessive and conditional groups. Pure.
 */
import { IngotError } from '../../../errors.ts';

/** Tells of one character, given as a text, whether it is in the set. */
export type CharSet = (char: string) => boolean;
export type Assertion = 'start' | 'end' | 'text end' | 'word edge' | 'no word edge';

export type Syntax =
  | { readonly kind: 'char'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly at: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly options: readonly Syntax[] }
  /** `most` null: without end. */
  | { readonly kind: 'repeat'; readonly part: Syntax; readonly least: number; readonly most: number | null };

const LONGEST_PATTERN = 1_000;
const DEEPEST_GROUP = 50;
const MOST_REPEATS = 1_000;

export const isWordChar: CharSet = (char) => /[\p{L}\p{N}_]/u.test(char);
const CLASSES: Readonly<Record<string, CharSet>> = {
  d: (char) => /\p{Nd}/u.test(char),
  w: isWordChar,
  s: (char) => /\s/u.test(char),
};
const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
};
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'start',
  Z: 'text end',
  b: 'word edge',
  B: 'no word edge',
};

/** Throws `invalid_input` with what is wrong and where. */
export function readPattern(pattern: string): Syntax {
  const chars = [...pattern];
  let at = 0;
  let ignoreCase = false;

  const fail = (problem: string): IngotError =>
    new IngotError('invalid_input', `invalid regular expression: ${problem} at position ${at}`, {
      hint: "Patterns are Python's, without look-around, back-references and possessive groups.",
    });
  const eat = (text: string): boolean => {
    const found = chars.slice(at, at + text.length).join('') === text;
    if (found) at += text.length;
    return found;
  };
  const take = (): string => {
    const char = chars[at];
    if (char === undefined) throw fail('unexpected end of pattern');
    at += 1;
    return char;
  };
  const literal = (char: string): Syntax => ({ kind: 'char', set: foldable((other) => other === char) });
  const foldable = (set: CharSet): CharSet =>
    ignoreCase ? (char) => set(char) || set(char.toLowerCase()) || set(char.toUpperCase()) : set;

  const readChoice = (depth: number): Syntax => {
    if (depth > DEEPEST_GROUP) throw fail('groups are nested too deeply');
    const options = [readSequence(depth)];
    while (eat('|')) options.push(readSequence(depth));
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  };

  const readSequence = (depth: number): Syntax => {
    const parts: Syntax[] = [];
    while (at < chars.length && chars[at] !== '|' && chars[at] !== ')') parts.push(readRepeated(depth));
    return { kind: 'sequence', parts };
  };

  const readRepeated = (depth: number): Syntax => {
    const part = readAtom(depth);
    const bounds = readBounds();
    if (bounds === null) return part;
    if (eat('+')) throw fail('possessive repetition is not supported');
    eat('?');
    if (['*', '+', '?'].includes(chars[at] ?? '')) throw fail('multiple repeat');
    return { kind: 'repeat', part, ...bounds };
  };

  const readBounds = (): { least: number; most: number | null } | null => {
    if (eat('*')) return { least: 0, most: null };
    if (eat('+')) return { least: 1, most: null };
    if (eat('?')) return { least: 0, most: 1 };
    const braces = /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(chars.slice(at, at + 12).join(''));
    // As in Python, a brace that bounds nothing is a brace.
    if (braces === null || braces[0] === '{}') return null;
    at += braces[0].length;
    const [, low = '', comma = '', high = ''] = braces;
    const least = Number(low);
    const most = comma === '' ? least : high === '' ? null : Number(high);
    if (most !== null && most < least) throw fail('min repeat greater than max repeat');
    if (Math.max(least, most ?? 0) > MOST_REPEATS) throw fail(`a repetition of more than ${MOST_REPEATS}`);
    return { least, most };
  };

  const readAtom = (depth: number): Syntax => {
    const char = take();
    switch (char) {
      case '(':
        return readGroup(depth);
      case '[':
        return { kind: 'char', set: readClass() };
      case '.':
        return { kind: 'char', set: (other) => other !== '\n' };
      case '^':
        return { kind: 'assert', at: 'start' };
      case '$':
        return { kind: 'assert', at: 'end' };
      case '*':
      case '+':
      case '?':
        throw fail('nothing to repeat');
      case '\\':
        return readEscape();
      default:
        return literal(char);
    }
  };

  const readGroup = (depth: number): Syntax => {
    if (eat('?')) {
      if (!eat(':')) {
        const name = /^P<\w+>/.exec(chars.slice(at).join(''));
        if (name === null) throw fail('this kind of group is not supported');
        at += name[0].length;
      }
    }
    const inner = readChoice(depth + 1);
    if (!eat(')')) throw fail('missing ), unterminated subpattern');
    return inner;
  };

  const readEscape = (): Syntax => {
    const char = take();
    const assertion = Object.hasOwn(ASSERTIONS, char) ? ASSERTIONS[char] : undefined;
    if (assertion !== undefined) return { kind: 'assert', at: assertion };
    if (/[1-9]/.test(char)) throw fail('back-references are not supported');
    const set = classOf(char);
    return set === null ? literal(escaped(char)) : { kind: 'char', set };
  };

  const classOf = (char: string): CharSet | null => {
    const lower = char.toLowerCase();
    const set = Object.hasOwn(CLASSES, lower) ? CLASSES[lower] : undefined;
    if (set === undefined) return null;
    return char === lower ? set : (other) => !set(other);
  };

  /** The character that an escape stands for. */
  const escaped = (char: string): string => {
    if (char === '0') return '\0';
    const digits = { x: 2, u: 4 }[char];
    if (digits !== undefined) {
      const hex = chars.slice(at, at + digits).join('');
      if (!/^[0-9a-f]+$/i.test(hex) || hex.length < digits) throw fail(`incomplete escape \\${char}`);
      at += digits;
      return String.fromCodePoint(Number.parseInt(hex, 16));
    }
    const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined;
    if (control !== undefined) return control;
    if (/[a-z]/i.test(char)) throw fail(`bad escape \\${char}`);
    return char;
  };

  const readClass = (): CharSet => {
    const negated = eat('^');
    const sets: CharSet[] = [];
    for (let first = true; first || chars[at] !== ']'; first = false) {
      const low = readMember();
      if (typeof low === 'function' || chars[at] !== '-' || chars[at + 1] === ']') {
        sets.push(typeof low === 'function' ? low : (char) => char === low);
        continue;
      }
      at += 1;
      const high = readMember();
      if (typeof high === 'function' || high < low) throw fail('bad character range');
      sets.push((char) => char >= low && char <= high);
    }
    at += 1;
    const some = foldable((char) => sets.some((set) => set(char)));
    return negated ? (char) => !some(char) : some;
  };

  const readMember = (): string | CharSet => {
    const char = take();
    if (char !== '\\') return char;
    const next = take();
    return next === 'b' ? '\b' : (classOf(next) ?? escaped(next));
  };

  if (chars.length > LONGEST_PATTERN) throw fail(`a pattern of more than ${LONGEST_PATTERN} characters`);
  if (eat('(?i)')) ignoreCase = true;
  const syntax = readChoice(0);
  if (at < chars.length) throw fail('unbalanced parenthesis');
  return syntax;
}
