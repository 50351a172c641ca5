import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../src/lifecycle/inspection-rules/pattern/pattern.ts';

const found = (pattern: string, text: string): boolean =>
  compilePattern(pattern).test(text, { from: 'anywhere', whole: false });
const whole = (pattern: string, text: string): boolean =>
  compilePattern(pattern).test(text, { from: 'start', whole: true });

describe('a pattern', () => {
  test.each([
    ['PowerEdge R(6|7)40', 'Dell PowerEdge R740xd', true],
    ['^Power', 'Dell PowerEdge', false],
    ['[0-9a-f]{2}(:[0-9a-f]{2}){5}', 'mac 52:54:00:aa:bb:01.', true],
    ['(?i)DELL', 'dell', true],
    ['(?P<maker>HPE?)\\b', 'HP ProLiant', true],
    ['\\bHP\\b', 'HPE', false],
    ['[^a-z]', 'abc', false],
    ['a{2,}b', 'aab', true],
    ['a{3}', 'aa', false],
    ['a{,2}b', 'aab', true],
    ['x{}', 'x{}', true],
    ['[]a]', ']', true],
    ['[a\\-z]', '-', true],
    ['\\d+\\s\\w', '42 é', true],
    ['', 'anything', true],
    ['a|', 'b', true],
  ])('%s in %j: %s', (pattern, text, expected) => {
    expect(found(pattern, text)).toBe(expected);
  });

  test.each([
    ['r740', 'r740xd', false],
    ['r740.*', 'r740xd', true],
    ['a|ab', 'ab', true],
    ['line', 'line\n', true],
  ])('%s is the whole of %j: %s', (pattern, text, expected) => {
    expect(whole(pattern, text)).toBe(expected);
  });

  test.each([
    ['(', 'missing )'],
    [')', 'unbalanced parenthesis'],
    ['*a', 'nothing to repeat'],
    ['a**', 'multiple repeat'],
    ['[a', 'unexpected end'],
    ['[z-a]', 'bad character range'],
    ['(a)\\1', 'back-references'],
    ['(?=a)', 'this kind of group'],
    ['(?<!a)b', 'this kind of group'],
    ['a{9999}', 'repetition of more than'],
    ['(a{900}){900}', 'too many'],
    ['a{3,2}', 'min repeat greater'],
    ['\\q', 'bad escape'],
    ['('.repeat(60) + ')'.repeat(60), 'nested too deeply'],
    ['a'.repeat(1_001), 'more than 1000 characters'],
  ])('%s is refused: %s', (pattern, why) => {
    expect(() => compilePattern(pattern)).toThrow(why);
  });

  test.each(['(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(.*)*x', '(a?){60}a{60}'])(
    '%s does not go back and forth over a hostile text',
    (pattern) => {
      expect(found(pattern, `${'a'.repeat(5_000)}!`)).toBe(pattern === '(a?){60}a{60}');
    },
  );

  test('nothing, repeated without number, is compiled at once', () => {
    expect(found('(((((){1000}){1000}){1000}){1000}){1000}b', 'ab')).toBe(true);
    expect(found('(((((){1000}){1000}){1000}){1000}){1000}b', 'a')).toBe(false);
  });

  test('a text that would cost too much is refused before any work', () => {
    expect(() => found('(a{40}){40}', 'b'.repeat(100_000))).toThrow('too long for this regular expression');
  });

  test("agrees with JavaScript's own, wherever both have the syntax", () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\b', '^', '$', '(a|b)', '(ab)');
    const part = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '*?'))
      .filter(([one, repeat]) => repeat === '' || !['\\b', '^', '$'].includes(one))
      .map(([one, repeat]) => one + repeat);
    const pattern = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ' '), { maxLength: 12 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(found(source, subject)).toBe(new RegExp(source, 'u').test(subject));
        expect(whole(source, subject)).toBe(new RegExp(`^(?:${source})$`, 'u').test(subject));
      }),
      { numRuns: 500 },
    );
  });
});
