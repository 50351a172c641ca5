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
  const options = new Map<number, Uint8Array>();
  const repeated: Repeated = new Map();
  let whole = collectPieces(areas.options, options, repeated);
  const overload = options.get(OPTIONS.overload.code)?.[0];
  const overloaded = {
    file: overload === 1 || overload === 3,
    sname: overload === 2 || overload === 3,
  };
  if (overloaded.file) whole = collectPieces(areas.file, options, repeated) && whole;
  if (overloaded.sname) whole = collectPieces(areas.sname, options, repeated) && whole;
  for (const [code, pieces] of repeated) options.set(code, Uint8Array.from(Buffer.concat(pieces)));
  return { options, truncated: !whole, overloaded };
}

/** All pieces of the options that stand there more than once: hardly ever any. */
type Repeated = Map<number, Uint8Array[]>;

/** False when the area ends within an option. A missing end mark alone is tolerated: clients forget it. */
function collectPieces(area: Uint8Array, options: Map<number, Uint8Array>, repeated: Repeated): boolean {
  let at = 0;
  while (at < area.length) {
    const code = area[at++];
    if (code === undefined || code === END) return true;
    if (code === PAD) continue;
    const length = area[at++];
    if (length === undefined || at + length > area.length) return false;
    const piece = new Uint8Array(area.buffer, area.byteOffset + at, length);
    const earlier = options.get(code);
    if (earlier === undefined) options.set(code, piece);
    else if (!repeated.get(code)?.push(piece)) repeated.set(code, [earlier, piece]);
    at += length;
  }
  return true;
}

export type WrittenArea = {
  /** Bytes used, the end mark included. */
  readonly length: number;
  /** Options that did not fit, in map order. */
  readonly omitted: readonly number[];
};

/** Room that an area needs at least: for the relay's option, without which the relay drops the reply. */
export function leastArea(options: OptionMap): number {
  const relay = options.get(OPTIONS.relayInformation.code);
  return 1 + (relay === undefined ? 0 : writtenLength(relay));
}

/**
 * Writes the options into `area` in map order, the relay's option 82 last (RFC 3046 2.2), and the end mark. The
 * map's order is the order of importance: what does not fit is left out and named. `area` must have the bytes
 * that `leastArea` says.
 */
export function writeArea(options: OptionMap, area: Uint8Array): WrittenArea {
  const least = leastArea(options);
  const omitted: number[] = [];
  let at = 0;
  for (const [code, value] of options) {
    if (code === OPTIONS.relayInformation.code) continue;
    if (at + writtenLength(value) + least > area.length) omitted.push(code);
    else at = writePieces(area, { at, code, value });
  }
  const relay = options.get(OPTIONS.relayInformation.code);
  if (relay !== undefined) at = writePieces(area, { at, code: OPTIONS.relayInformation.code, value: relay });
  area[at] = END;
  return { length: at + 1, omitted };
}

/** Bytes on the wire, headers of all its pieces counted. */
function writtenLength(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / MOST_BYTES_A_PIECE));
}

function writePieces(
  target: Uint8Array,
  item: { readonly at: number; readonly code: number; readonly value: Uint8Array },
): number {
  let { at } = item;
  let from = 0;
  do {
    const rest = item.value.length - from;
    const length = Math.min(rest, MOST_BYTES_A_PIECE);
    target[at] = item.code;
    target[at + 1] = length;
    target.set(length === item.value.length ? item.value : item.value.subarray(from, from + length), at + 2);
    at += 2 + length;
    from += length;
  } while (from < item.value.length);
  return at;
}
