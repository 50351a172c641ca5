/**
 * Text of machines and callers as it may stand in errors, events, logs and terminals: it cannot colour them, move their
 * cursor, rename their window or begin a line of its own. Pure.
 */

/**
 * ECMA-48, in seven bits and in eight: control sequences (5.4), control strings up to their end (5.6), which may be
 * xterm's BEL, and short escapes (5.3). No string holds the beginning of another: else many of them without an end
 * would each be looked through to the end of the text.
 */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[PX\]^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g;
const NOT_OF_A_LINE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
/** All but tab and line feed; and what turns the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const NOT_PLAIN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** One line without control characters and blanks around it, at most `longest` characters. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  return text.replaceAll(ESCAPES, '').replaceAll(NOT_OF_A_LINE, ' ').trim().slice(0, longest);
}

/** Its lines and tabs stay as they are. */
export function plainText(text: string): string {
  return text.replaceAll(ESCAPES, '').replaceAll(NOT_PLAIN, ' ');
}

/** JSON that is plain text, too: JSON itself escapes none of the eight-bit controls. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(NOT_PLAIN, (found) =>
    [...found].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** What comes from anybody on the wire, in ASCII: a name that only looks like another cannot hide what is odd in it. */
export function printable(text: string, longest = 120): string {
  const kept = text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
  return kept.replaceAll(/[^\x20-\x7e]/g, '?');
}
