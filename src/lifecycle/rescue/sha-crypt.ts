/**
 * Password hashes as crypt(3) and /etc/shadow have them: `$5$salt$…` (SHA-256) and `$6$salt$…` (SHA-512), with the
 * 5000 rounds that are meant where none are written. Source: U. Drepper, "Unix crypt using SHA-256 and SHA-512", 2008.
 */
import { createHash, randomBytes } from 'node:crypto';

export const PASSWORD_HASHES = ['sha256', 'sha512'] as const;
export type PasswordHash = (typeof PASSWORD_HASHES)[number];

const ROUNDS = 5000;
const SALT_CHARACTERS = 16;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Kind = {
  readonly prefix: string;
  /** The first three bytes of the digest that are written together; each next three follow by `turn`. */
  readonly first: readonly [number, number, number];
  readonly turn: (triple: readonly [number, number, number]) => readonly [number, number, number];
  readonly triples: number;
  /** The bytes that are left over, the most significant first. */
  readonly rest: readonly number[];
};

const KINDS: Readonly<Record<PasswordHash, Kind>> = {
  sha256: {
    prefix: '$5$',
    first: [0, 10, 20],
    turn: ([a, b, c]) => [c + 1, a + 1, b + 1],
    triples: 10,
    rest: [31, 30],
  },
  sha512: {
    prefix: '$6$',
    first: [0, 21, 42],
    turn: ([a, b, c]) => [b + 1, c + 1, a + 1],
    triples: 21,
    rest: [63],
  },
};

/** The hash of a password with a salt of its own: about 10 ms of work. */
export function hashPassword(password: string, hash: PasswordHash): string {
  const salt = [...randomBytes(SALT_CHARACTERS)].map((byte) => ALPHABET.charAt(byte & 63)).join('');
  return shaCrypt(password, { hash, salt });
}

/** `salt`: up to 16 characters of `./0-9A-Za-z`; of a longer one the first 16 count. Pure. */
export function shaCrypt(
  password: string,
  { hash, salt: given }: { readonly hash: PasswordHash; readonly salt: string },
): string {
  const digest = (...parts: readonly Uint8Array[]): Buffer =>
    parts.reduce((hasher, part) => hasher.update(part), createHash(hash)).digest();
  const key = Buffer.from(password, 'utf8');
  const salt = Buffer.from(given.slice(0, SALT_CHARACTERS), 'latin1');

  const mixed = digest(key, salt, key);
  let sum = digest(key, salt, stretched(mixed, key.length), ...bitsOf(key.length, { one: mixed, zero: key }));
  const keyBytes = stretched(digest(...Array.from({ length: key.length }, () => key)), key.length);
  const salts = Array.from({ length: 16 + (sum[0] ?? 0) }, () => salt);
  const saltBytes = stretched(digest(...salts), salt.length);
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1;
    sum = digest(
      odd ? keyBytes : sum,
      ...(round % 3 === 0 ? [] : [saltBytes]),
      ...(round % 7 === 0 ? [] : [keyBytes]),
      odd ? sum : keyBytes,
    );
  }
  const { prefix } = KINDS[hash];
  return `${prefix}${salt.toString('latin1')}$${encoded(sum, KINDS[hash])}`;
}

/** `bytes` over and over, cut off at `length`. */
function stretched(bytes: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** For each bit of the number, from the lowest on, one of two byte strings. */
function bitsOf(
  number: number,
  { one, zero }: { readonly one: Uint8Array; readonly zero: Uint8Array },
): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let left = number; left > 0; left >>= 1) parts.push((left & 1) === 1 ? one : zero);
  return parts;
}

function encoded(sum: Buffer, { first, turn, triples, rest }: Kind): string {
  let text = '';
  let triple = first;
  for (let written = 0; written < triples; written++) {
    text += characters(triple.map((index) => sum[index] ?? 0));
    triple = turn(triple);
  }
  return text + characters(rest.map((index) => sum[index] ?? 0));
}

/** Six bits a character, the lowest first; the first byte is the most significant. */
function characters(bytes: readonly number[]): string {
  const number = bytes.reduce((value, byte) => value * 256 + byte, 0);
  return Array.from({ length: bytes.length + 1 }, (_, index) =>
    ALPHABET.charAt((number >> (6 * index)) & 63),
  ).join('');
}
