import { beforeEach, describe, expect, it } from 'vitest';
import { MOST_PENDING, ProbeTable, WAIT_MS } from '../../../src/dhcp/watch/probe-table.ts';
import { ipv4FromNumber } from '../../../src/net/ipv4.ts';
import { ip, mac } from '../samples.ts';

const TEN = ip('10.77.0.10');
const FOREIGN = mac(99);

let asked: string[];
let used: string[];
let table: ProbeTable;
beforeEach(() => {
  asked = [];
  used = [];
  table = new ProbeTable({
    ask: (address) => asked.push(address),
    onProxy: (by) => used.push(`all ${by}`),
    onUsed: (address, by) => used.push(`${address} ${by}`),
  });
});

/** What the waiter of a probe at time 0 hears. */
function probeTen(): string[] {
  const heard: string[] = [];
  expect(table.probe(TEN, 0, (by) => heard.push(by ?? 'nobody'))).toBe(true);
  return heard;
}

describe('an address that is asked for', () => {
  it('is clear when nobody answers in time, though it was asked for twice', () => {
    const heard = probeTen();
    table.tick(WAIT_MS - 1);
    expect(heard).toEqual([]);
    expect(table.isClear(TEN, WAIT_MS - 1)).toBe(false);
    table.tick(WAIT_MS);
    expect(heard).toEqual(['nobody']);
    expect(table.isClear(TEN, WAIT_MS)).toBe(true);
    expect(asked).toEqual(['10.77.0.10', '10.77.0.10']);
    expect(table.pending()).toBe(0);
  });

  it('is in use when somebody answers, which the waiter hears at once', () => {
    const heard = probeTen();
    table.answered(TEN, FOREIGN);
    expect(heard).toEqual([FOREIGN]);
    table.tick(WAIT_MS);
    expect(table.isClear(TEN, WAIT_MS)).toBe(false);
    expect(used).toEqual([]);
  });

  it('is in use also when the answer comes late, or for one that was asked for ahead', () => {
    probeTen();
    table.tick(WAIT_MS);
    table.answered(TEN, FOREIGN);
    expect(table.isClear(TEN, WAIT_MS)).toBe(false);
    table.prepare([ip('10.77.0.11')], WAIT_MS);
    table.answered(ip('10.77.0.11'), FOREIGN);
    expect(used).toEqual([`10.77.0.10 ${FOREIGN}`, `10.77.0.11 ${FOREIGN}`]);
  });

  it('is asked for again after some minutes', () => {
    probeTen();
    table.tick(WAIT_MS);
    expect(table.isClear(TEN, WAIT_MS + 299_999)).toBe(true);
    expect(table.isClear(TEN, WAIT_MS + 300_000)).toBe(false);
  });
});

it('answers that nobody asked for mean nothing', () => {
  table.answered(TEN, FOREIGN);
  expect(used).toEqual([]);
});

it('so many questions are open at once, half of them for machines that wait', () => {
  const many = Array.from({ length: 1000 }, (_, i) => ipv4FromNumber(0x0a4d_0100 + i));
  table.prepare(many, 0);
  expect(table.pending()).toBe(MOST_PENDING / 2);
  const taken = many.filter((address) => table.probe(address, 0, () => undefined));
  expect(taken).toHaveLength(MOST_PENDING);
  expect(table.pending()).toBe(MOST_PENDING);
  table.tick(WAIT_MS);
  expect(table.pending()).toBe(0);
});

it('an address that waits for its answer is asked for once, whoever waits', () => {
  const heard = [probeTen(), probeTen()];
  expect(asked).toHaveLength(1);
  table.tick(WAIT_MS);
  expect(heard).toEqual([['nobody'], ['nobody']]);
});

it('a machine that answers for everything is told once, and believed no more', () => {
  const heard: string[] = [];
  for (let i = 10; i < 16; i++) {
    table.probe(ip(`10.77.0.${i}`), 0, (by) => heard.push(by === null ? `.${i} is free` : `.${i} is used`));
    table.answered(ip(`10.77.0.${i}`), FOREIGN);
  }
  table.tick(WAIT_MS);
  expect(heard).toEqual([
    '.10 is used',
    '.11 is used',
    '.12 is used',
    '.13 is free',
    '.14 is free',
    '.15 is free',
  ]);
  expect(used).toEqual([`all ${FOREIGN}`]);
});
