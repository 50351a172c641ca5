import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { oneLine, plainJson, plainText, printable } from '../src/plain-text.ts';

describe('one line', () => {
  it.each([
    ['colours, cursor movements and line ends', '\x1b[31mred\x1b[0m\x1b[2K\r\nnext\0', 'red next'],
    ['control sequences of eight bits', 'a\x9b1;31mb', 'ab'],
    ['the title of a window', 'a\x1b]0;owned\x07b\x1b]2;owned\x1b\\c', 'abc'],
    ['a string for the device', 'a\x1bP$q"p\x1b\\b', 'ab'],
    ['the whole terminal set back, another character set', '\x1bcready\x1b(0', 'ready'],
    ['an escape that is cut off', 'a\x1b[', 'a'],
    ['the title of a window that never ends', 'a\x1b]0;all of this stays', 'a0;all of this stays'],
    ['another direction', 'user\u202etxt.exe', 'user txt.exe'],
    ['what is plain', '  Größe: 5 µm, 日本  ', 'Größe: 5 µm, 日本'],
  ])('%s', (_what, text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('is as long as it may be', () => {
    expect(oneLine('abcdef', 3)).toBe('abc');
  });
});

/** Texts of the pieces that escapes are made of. */
const hostile = fc
  .array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\x1b', '[', ']', '\x07', '\x9b', '31m', '\n')),
  )
  .map((pieces) => pieces.join(''));

test('whatever comes, nothing is left that a terminal obeys but tabs and line feeds', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(oneLine(text)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);
      expect(plainText(text).replaceAll(/[\n\t]/g, '')).toMatch(/^[^\p{Cc}]*$/u);
      expect(plainJson({ text }, 2).replaceAll('\n', '')).toMatch(/^[^\p{Cc}]*$/u);
      expect(JSON.parse(plainJson({ text }))).toEqual({ text });
    }),
  );
});

test('plain text keeps its lines and its tabs', () => {
  expect(plainText('a\tb\n\x1b[1mc\x1b[0m\rd')).toBe('a\tb\nc d');
});

test('what is made to be read slowly is read at once', () => {
  const began = process.cpuUsage();
  for (const piece of ['\x1b]', '\x1b[1;', '\x90', '\x9b', '\x9d', '\x1b ', '\x1bP\x1b'])
    oneLine(piece.repeat(50_000));
  // Of the processor's time, in microseconds: a busy machine makes it no longer.
  expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
});

test('of a stranger’s text the printable ASCII is shown, and that it was cut', () => {
  expect(printable('PXEClient:\x1b[31mArché')).toBe('PXEClient:?[31mArch?');
  expect(printable('x'.repeat(8), 8)).toBe('x'.repeat(8));
  expect(printable('x'.repeat(9), 8)).toBe('xxxxx...');
});
