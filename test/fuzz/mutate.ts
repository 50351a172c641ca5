/** Bytes that are almost right: a valid input, changed in the ways in which wires, ROMs and attackers change them. */

/** Whole numbers from 0 to `limit` - 1; the same seed gives the same ones. */
export type Random = { below(limit: number): number };

/** Longer inputs find nothing that shorter ones do not. */
const MOST_BYTES = 4096;
const MOST_CHANGES = 6;
/** Numbers at which lengths, counters and signs break. */
const EDGES = [
  0, 1, 2, 4, 7, 8, 127, 128, 252, 253, 254, 255, 256, 511, 512, 1468, 32_767, 32_768, 65_464, 65_535,
];

type Change = (bytes: Buffer, random: Random, donors: readonly Uint8Array[]) => Buffer;

const CHANGES: readonly Change[] = [
  function flipOneBit(bytes, random) {
    return edit(bytes, random, (copy, at) =>
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << random.below(8)), at),
    );
  },
  function setOneByte(bytes, random) {
    return edit(bytes, random, (copy, at) => copy.writeUInt8(pick(random, EDGES) & 0xff, at));
  },
  function setTwoBytes(bytes, random) {
    return edit(
      bytes,
      random,
      (copy, at) => copy.writeUInt16BE(pick(random, EDGES), Math.max(0, Math.min(at, copy.length - 2))),
      2,
    );
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function insertNoise(bytes, random) {
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), noise(random, 1 + random.below(40)), bytes.subarray(at)]);
  },
  function repeatPart(bytes, random) {
    const [from, to] = part(bytes, random);
    const times = 1 + random.below(8);
    const repeated = Array.from({ length: times }, () => bytes.subarray(from, to));
    return Buffer.concat([bytes.subarray(0, to), ...repeated, bytes.subarray(to)]);
  },
  function leaveOutPart(bytes, random) {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function goOnAsAnother(bytes, random, donors) {
    const donor = donors.length === 0 ? bytes : pick(random, donors);
    const from = random.below(donor.length + 1);
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), donor.subarray(from)]);
  },
  function endInNoise(bytes, random) {
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      noise(random, random.below(300)),
    ]);
  },
];

/** The input with one to six changes; `donors` lend parts of theirs. */
export function mutate(input: Uint8Array, random: Random, donors: readonly Uint8Array[] = []): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let left = 1 + random.below(MOST_CHANGES); left > 0; left--)
    bytes = pick(random, CHANGES)(bytes, random, donors).subarray(0, MOST_BYTES);
  // Its own memory, as a socket gives it: a part of a larger buffer would keep all of that alive.
  return Buffer.from(bytes);
}

export function noise(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** @throws RangeError for an empty list */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const index = random.below(items.length);
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`);
  return item;
}

function part(bytes: Buffer, random: Random): readonly [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(64))];
}

/** A copy, changed at one place; inputs that are too short for it stay as they are. */
function edit(
  bytes: Buffer,
  random: Random,
  change: (copy: Buffer, at: number) => unknown,
  least = 1,
): Buffer {
  if (bytes.length < least) return bytes;
  const copy = Buffer.from(bytes);
  change(copy, random.below(copy.length));
  return copy;
}
