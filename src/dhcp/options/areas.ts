/**
 * The option areas of a DHCP message: code, length, value; 0 is a lone pad byte, 255 ends an area (RFC 2132 2).
 * One option may stand in several pieces, in the order options area, `file`, `sname`; the pieces are joined
 * before they are read, and values above 255 bytes are split on output (RFC 3396).
 */
import { OPTIONS, type OptionMap } from './table.ts';

const PAD = 0;
const END = 255;
const MOST_BYTES_A_PIECE = 255;

export type ParsedAreas = {
  /** Views of the datagram, not copies, except where pieces were joined. */
  readonly options: OptionMap;
  /** A length pointed behind the end of its area: what came before was kept. */
  readonly truncated: boolean;
  /** Which header fields carried options (option 52). */
  readonly overloaded: { readonly file: boolean; readonly sname: boolean };
};

/** Reads the options area, then `file` and `sname` where option 52 says that they carry options. Never throws. */
export function parseAreas(areas: {
  readonly options: Uint8Array;
  readonly file: Uint8Array;
  readonly sname: Uint8Array;
}): ParsedAreas {
  const pieces = new Map<number, Uint8Array[]>();
  let whole = collectPieces(areas.options, pieces);
  const overload = pieces.get(OPTIONS.overload.code)?.[0]?.[0];
  const overloaded = {
    file: overload === 1 || overload === 3,
    sname: overload === 2 || overload === 3,
  };
  if (overloaded.file) whole = collectPieces(areas.file, pieces) && whole;
  if (overloaded.sname) whole = collectPieces(areas.sname, pieces) && whole;
  const options = new Map<number, Uint8Array>();
  for (const [code, parts] of pieces) options.set(code, joined(parts));
  return { options, truncated: !whole, overloaded };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return Uint8Array.from(Buffer.concat(parts));
}

/** False when the area ends within an option. A missing end mark alone is tolerated: clients forget it. */
function collectPieces(area: Uint8Array, pieces: Map<number, Uint8Array[]>): boolean {
  let at = 0;
  while (at < area.length) {
    const code = area[at++];
    if (code === undefined || code === END) return true;
    if (code === PAD) continue;
    const length = area[at++];
    if (length === undefined || at + length > area.length) return false;
    const piece = area.subarray(at, at + length);
    const earlier = pieces.get(code);
    if (earlier === undefined) pieces.set(code, [piece]);
    else earlier.push(piece);
    at += length;
  }
  return true;
}

export type WrittenArea = {
  readonly bytes: Uint8Array;
  /** Options that did not fit, in map order. */
  readonly omitted: readonly number[];
};

/**
 * Writes the options in map order, the relay's option 82 last (RFC 3046 2.2), and the end mark, within
 * `mostBytes`. The map's order is the order of importance: what does not fit is left out and named.
 */
export function writeArea(options: OptionMap, mostBytes: number): WrittenArea {
  const relay = options.get(OPTIONS.relayInformation.code);
  // Without its own option back a relay drops the reply, so its room is kept first.
  const relayBytes = relay === undefined ? 0 : writtenLength(relay);
  const bytes = Buffer.alloc(Math.max(mostBytes, relayBytes + 1));
  const omitted: number[] = [];
  let at = 0;
  for (const [code, value] of options) {
    if (code === OPTIONS.relayInformation.code) continue;
    if (at + writtenLength(value) + relayBytes + 1 > bytes.length) omitted.push(code);
    else at = writeSplit(bytes, { at, code, value });
  }
  if (relay !== undefined) at = writeSplit(bytes, { at, code: OPTIONS.relayInformation.code, value: relay });
  bytes[at++] = END;
  return { bytes: bytes.subarray(0, at), omitted };
}

/** Bytes on the wire, headers of all its pieces counted. */
function writtenLength(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / MOST_BYTES_A_PIECE));
}

function writeSplit(target: Buffer, item: { at: number; code: number; value: Uint8Array }): number {
  let { at } = item;
  let from = 0;
  do {
    const piece = item.value.subarray(from, from + MOST_BYTES_A_PIECE);
    target[at++] = item.code;
    target[at++] = piece.length;
    target.set(piece, at);
    at += piece.length;
    from += piece.length;
  } while (from < item.value.length);
  return at;
}
