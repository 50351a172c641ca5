import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LONGEST_TEXT, parseSyslog } from '../../src/syslog/message.ts';

const parse = (text: string) => parseSyslog(Buffer.from(text));

describe('a datagram of syslog', () => {
  test.each([
    [
      'RFC 5424, with its structured data and its byte order mark',
      '<165>1 2026-11-23T03:14:15.003Z rack1-07 evntslog 8710 ID47 [exampleSDID@32473 iut="3" e="a\\"]b"][x y="z"] \uFEFFAn event',
      { app: 'evntslog', severity: 5, text: 'An event' },
    ],
    [
      'RFC 5424 with nothing but text',
      '<14>1 - - - - - - just text',
      { app: null, severity: 6, text: 'just text' },
    ],
    [
      'the agent in the ramdisk',
      '<134>1 - - ingot-agent - - - lookup ok node=1b4e',
      { app: 'ingot-agent', severity: 6, text: 'lookup ok node=1b4e' },
    ],
    [
      'RFC 3164',
      "<34>Oct 11 22:14:15 mymachine su[231]: 'su root' failed",
      { app: 'su', severity: 2, text: "'su root' failed" },
    ],
    [
      'RFC 3164 with a day of one digit',
      '<13>Oct  1 22:14:15 host tag: text',
      { app: 'tag', severity: 5, text: 'text' },
    ],
    [
      'iPXE',
      '<190>ipxe: net0: 10.20.1.7/255.255.0.0',
      { app: 'ipxe', severity: 6, text: 'net0: 10.20.1.7/255.255.0.0' },
    ],
    ['iPXE with a host name', '<190>rack1-07 ipxe: ok', { app: 'ipxe', severity: 6, text: 'ok' }],
    ['text without a priority', 'hello there', { app: null, severity: 5, text: 'hello there' }],
    ['a priority that there is not', '<999>x', { app: null, severity: 5, text: 'x' }],
    [
      'colours, cursor movements and line ends',
      '<14>a: \x1b[31mred\x1b[0m\r\nnext\0',
      { app: 'a', severity: 6, text: 'red next' },
    ],
  ])('%s', (_name, datagram, line) => {
    expect(parse(datagram)).toEqual(line);
  });

  test.each(['', '<14>', '<14>1 - - - - - - ', '\n', '<14>ipxe: \0'])('%j says nothing', (datagram) => {
    expect(parse(datagram)).toBe(null);
  });

  test('whatever comes becomes one short line or nothing', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc
          .constantFrom('<14>', '1 ', '[a b="', '\\', '"]', 'Oct 11 22:14:15 ', 'x: ')
          .map((text) => Buffer.from(text)),
      ),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const line = parseSyslog(Buffer.concat(parts));
        if (line === null) return;
        expect(line.text).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
        expect(line.text.length).toBeLessThanOrEqual(LONGEST_TEXT);
        expect(line.severity).toBeGreaterThanOrEqual(0);
        expect(line.severity).toBeLessThanOrEqual(7);
      }),
    );
  });

  test('a datagram that is made to be read slowly is read at once', () => {
    const began = process.cpuUsage();
    parse(`<14>1 - - a - - ${'[a b="'.repeat(400)}`);
    parse(`<14>${'a.'.repeat(1_000)}`);
    parse(`<14>1 - - a - - ${'[\\'.repeat(1_000)}`);
    // Of the processor's time, in microseconds: a busy machine makes it no longer.
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  });
});

test('a program whose name has nothing to read in it is none', () => {
  expect(parseSyslog(Buffer.from('<14>1 - host \u200b - - - text'))).toMatchObject({
    app: null,
    text: 'text',
  });
});
