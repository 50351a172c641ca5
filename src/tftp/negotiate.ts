/**
 * Option negotiation for a read request (RFC 2347 to 2349, RFC 7440). Pure. What is out of range is clamped or
 * left unanswered, never refused: a refusal ends the boot, a missing answer only makes it slower.
 */
import type { TftpOption } from './packet.ts';

export type NegotiationLimits = {
  /** The largest block that needs no IP fragment: MTU - 32 (ROMs cannot put fragments together). */
  readonly maxBlockSize: number;
  /** Blocks sent without an ACK. */
  readonly maxWindowSize: number;
};

export type Negotiated = {
  /** Bytes of a full block. */
  readonly blockSize: number;
  /** Blocks before an ACK is due. */
  readonly windowSize: number;
  /** The retransmission time that the client asked for, in ms; null for our own schedule. */
  readonly timeoutMs: number | null;
  /** What the OACK says, spelled and ordered as asked; empty when no OACK is due. */
  readonly accepted: readonly TftpOption[];
};

/** Block size without the option (RFC 1350). */
export const PLAIN_BLOCK_SIZE = 512;
const MIN_BLOCK_SIZE = 8;
/** Longer ones would keep a dead transfer for minutes; they go unanswered and our own schedule holds. */
const MAX_TIMEOUT_S = 6;

type Answer = { readonly value: number; readonly change: Partial<Omit<Negotiated, 'accepted'>> };
type Context = { readonly fileSize: number; readonly limits: NegotiationLimits };

/** What each option we know answers to an asked number; null leaves it out of the OACK. */
const ANSWERS: { readonly [option: string]: (asked: number, context: Context) => Answer | null } = {
  // RFC 2348: 8 to 65464; the server may answer with less than was asked, never with more.
  blksize: (asked, { limits }) => {
    const blockSize = Math.min(asked, limits.maxBlockSize);
    return asked < MIN_BLOCK_SIZE ? null : { value: blockSize, change: { blockSize } };
  },
  // RFC 2349: 0 in the request; some ask with another number and mean the same.
  tsize: (_asked, { fileSize }) => ({ value: fileSize, change: {} }),
  // RFC 2349: 1 to 255 s, to be answered with the same number or not at all.
  timeout: (asked) =>
    asked < 1 || asked > MAX_TIMEOUT_S ? null : { value: asked, change: { timeoutMs: asked * 1000 } },
  // RFC 7440: 1 to 65535; the server may answer with less.
  windowsize: (asked, { limits }) => {
    const windowSize = Math.min(asked, limits.maxWindowSize);
    return asked < 1 ? null : { value: windowSize, change: { windowSize } };
  },
};

/** Settles a transfer of `fileSize` bytes. Option names count in any case, unknown ones and repeats are ignored. */
export function negotiate(asked: readonly TftpOption[], context: Context): Negotiated {
  const accepted: TftpOption[] = [];
  const seen = new Set<string>();
  let settled = { blockSize: PLAIN_BLOCK_SIZE, windowSize: 1, timeoutMs: null as number | null };
  for (const { name, value } of asked) {
    const key = name.toLowerCase();
    const answer = Object.hasOwn(ANSWERS, key) ? ANSWERS[key] : undefined;
    if (answer === undefined || seen.has(key) || !/^\d{1,10}$/.test(value)) continue;
    seen.add(key);
    const granted = answer(Number(value), context);
    if (granted === null) continue;
    settled = { ...settled, ...granted.change };
    accepted.push({ name, value: String(granted.value) });
  }
  return { ...settled, accepted };
}
