import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastArea, parseAreas, writeArea } from '../../../src/dhcp/codec/options/areas.ts';
import {
  ipv4,
  ipv4List,
  type OptionKind,
  terminatedText,
  text,
  uint8,
  uint16,
  uint16List,
  uint32,
} from '../../../src/dhcp/codec/options/kinds.ts';
import { OPTIONS, type OptionMap } from '../../../src/dhcp/codec/options/table.ts';
import { ip } from '../samples.ts';

const NONE: Uint8Array = new Uint8Array();
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const parse = (options: Uint8Array, file = NONE, sname = NONE) => parseAreas({ options, file, sname });

function written(options: OptionMap, mostBytes: number): { bytes: Uint8Array; omitted: readonly number[] } {
  const area = new Uint8Array(mostBytes);
  const { length, omitted } = writeArea(options, area);
  return { bytes: area.subarray(0, length), omitted };
}

describe('reading option areas', () => {
  it.each<{ name: string; area: Uint8Array; options: [number, number[]][]; truncated: boolean }>([
    { name: 'nothing', area: bytes(), options: [], truncated: false },
    { name: 'an end mark only', area: bytes(255), options: [], truncated: false },
    { name: 'one option', area: bytes(53, 1, 1, 255), options: [[53, [1]]], truncated: false },
    {
      name: 'a pad is one byte',
      area: bytes(0, 53, 1, 1, 0, 0, 255),
      options: [[53, [1]]],
      truncated: false,
    },
    { name: 'an empty value', area: bytes(80, 0, 255), options: [[80, []]], truncated: false },
    { name: 'a missing end mark', area: bytes(53, 1, 3), options: [[53, [3]]], truncated: false },
    {
      name: 'bytes behind the end mark',
      area: bytes(53, 1, 3, 255, 12, 9),
      options: [[53, [3]]],
      truncated: false,
    },
    { name: 'a code without a length', area: bytes(53, 1, 1, 12), options: [[53, [1]]], truncated: true },
    {
      name: 'a length behind the end',
      area: bytes(53, 1, 1, 12, 7, 65),
      options: [[53, [1]]],
      truncated: true,
    },
    {
      name: 'repetitions are joined',
      area: bytes(12, 1, 65, 53, 1, 1, 12, 1, 66, 255),
      options: [
        [12, [65, 66]],
        [53, [1]],
      ],
      truncated: false,
    },
  ])('$name', ({ area, options, truncated }) => {
    const parsed = parse(area);
    expect([...parsed.options].map(([code, value]) => [code, [...value]])).toEqual(options);
    expect(parsed.truncated).toBe(truncated);
  });

  it.each([
    { overload: 1, file: [66, 67], sname: [] },
    { overload: 2, file: [], sname: [68] },
    { overload: 3, file: [66, 67], sname: [68] },
    { overload: 0, file: [], sname: [] },
    { overload: 9, file: [], sname: [] },
  ])(
    'joins pieces in the order options, file, sname where option 52 is $overload',
    ({ overload, file, sname }) => {
      const parsed = parse(
        bytes(12, 1, 65, 52, 1, overload, 255),
        bytes(12, 2, 66, 67, 255),
        bytes(12, 1, 68, 255),
      );
      expect([...(parsed.options.get(12) ?? [])]).toEqual([65, ...file, ...sname]);
    },
  );
});

describe('writing option areas', () => {
  it('splits a value above 255 bytes and reads it back whole', () => {
    const value: Uint8Array = Uint8Array.from({ length: 600 }, (_, i) => i % 251);
    const area = written(new Map([[67, value]]), 700).bytes;
    expect([area[0], area[1], area[257], area[258], area[514], area[515]]).toEqual([
      67, 255, 67, 255, 67, 90,
    ]);
    expect(parse(area).options.get(67)).toEqual(value);
  });

  it('puts the option of the relay last, wherever it stood', () => {
    const options = new Map([
      [82, bytes(1, 2, 9, 9)],
      [53, bytes(2)],
    ]);
    expect([...written(options, 100).bytes]).toEqual([53, 1, 2, 82, 4, 1, 2, 9, 9, 255]);
  });

  it('leaves out what does not fit, from the least important, and never the option of the relay', () => {
    const options = new Map([
      [53, bytes(2)],
      [67, new Uint8Array(40)],
      [12, bytes(65)],
      [82, bytes(1, 1, 7)],
    ]);
    const { bytes: area, omitted } = written(options, 20);
    expect(omitted).toEqual([67]);
    expect([...area]).toEqual([53, 1, 2, 12, 1, 65, 82, 3, 1, 1, 7, 255]);
  });

  it('reads back whatever it wrote', () => {
    const codes = fc.integer({ min: 1, max: 254 }).filter((code) => code !== OPTIONS.overload.code);
    const maps = fc.uniqueArray(fc.tuple(codes, fc.uint8Array({ maxLength: 700 })), {
      selector: ([code]) => code,
      maxLength: 12,
    });
    fc.assert(
      fc.property(maps, (entries) => {
        const options: OptionMap = new Map(entries);
        const parsed = parse(written(options, 12_000).bytes);
        expect(parsed.truncated).toBe(false);
        expect([...parsed.options].sort(([a], [b]) => a - b)).toEqual([...options].sort(([a], [b]) => a - b));
      }),
    );
  });

  it('stays within its room for any options', () => {
    const maps = fc.array(fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 300 })));
    fc.assert(
      fc.property(maps, fc.nat(600), (entries, room) => {
        const options = new Map(entries);
        const mostBytes = Math.max(room, leastArea(options));
        expect(written(options, mostBytes).bytes.length).toBeLessThanOrEqual(mostBytes);
      }),
    );
  });
});

type Sample<Value> = {
  readonly kind: OptionKind<Value>;
  readonly value: Value;
  readonly wire: readonly number[];
};

/** Both directions of one kind, so that a table can hold samples of different kinds. */
const sample = <Value>(name: string, { kind, value, wire }: Sample<Value>) => ({
  name,
  value,
  wire,
  wrote: () => [...kind.write(value)],
  read: () => kind.read(Uint8Array.from(wire)),
});

describe('kinds of option values', () => {
  it.each([
    sample('address', { kind: ipv4, value: ip('10.20.0.1'), wire: [10, 20, 0, 1] }),
    sample('addresses', {
      kind: ipv4List,
      value: [ip('10.0.0.1'), ip('9.0.0.2')],
      wire: [10, 0, 0, 1, 9, 0, 0, 2],
    }),
    sample('8 bits', { kind: uint8, value: 7, wire: [7] }),
    sample('16 bits', { kind: uint16, value: 1472, wire: [5, 192] }),
    sample('16 bit list', { kind: uint16List, value: [7, 0x1234], wire: [0, 7, 0x12, 0x34] }),
    sample('32 bits', { kind: uint32, value: 3_000_000_000, wire: [0xb2, 0xd0, 0x5e, 0] }),
    sample('text', { kind: text, value: 'node-1', wire: [...Buffer.from('node-1')] }),
    sample('terminated text', { kind: terminatedText, value: 'a.efi', wire: [...Buffer.from('a.efi'), 0] }),
  ])('$name', ({ value, wire, wrote, read }) => {
    expect(wrote()).toEqual(wire);
    expect(read()).toEqual(value);
  });

  it.each([
    { name: 'address', kind: ipv4, wire: [10, 20, 0] },
    { name: 'addresses', kind: ipv4List, wire: [] },
    { name: 'addresses', kind: ipv4List, wire: [10, 0, 0, 1, 10] },
    { name: '8 bits', kind: uint8, wire: [] },
    { name: '16 bits', kind: uint16, wire: [1] },
    { name: '16 bit list', kind: uint16List, wire: [0, 7, 0] },
    { name: '32 bits', kind: uint32, wire: [0, 0, 0, 0, 0] },
  ])('$name of $wire.length bytes is no value', ({ kind, wire }) => {
    expect(kind.read(Uint8Array.from(wire))).toBeNull();
  });
});
