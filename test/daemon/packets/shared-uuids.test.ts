import { describe, expect, test } from 'vitest';
import { createKnownMachines } from '../../../src/daemon/packets/known-machines.ts';
import type { DhcpNotice } from '../../../src/dhcp/notice.ts';
import { entry } from '../../boot/fixtures.ts';
import { mac } from '../../dhcp/samples.ts';

/** What makers write into a whole series of boards. */
const OF_A_SERIES = '03000200-0400-0500-0006-000700080009';
const ALL_ZERO = '00000000-0000-0000-0000-000000000000';
const hex = (uuid: string): string => uuid.replaceAll('-', '');

function knowing(systemUuid: string | null = null) {
  const notices: DhcpNotice[] = [];
  const machines = createKnownMachines((notice) => notices.push(notice));
  const of = (n: number, node: string) => ({
    ...entry('disk'),
    mac: mac(n),
    nodeUuid: node,
    nodeName: node,
    systemUuid,
  });
  const add = (n: number, node: string): void =>
    machines.takeBootTable({ entries: [of(n, node)], removed: [] });
  return { notices, machines, add };
}

describe('a UUID that machines of two nodes have', () => {
  test.each([OF_A_SERIES, ALL_ZERO])('is told once, with both MACs, when firmware says so: %s', (uuid) => {
    const { notices, machines, add } = knowing();
    add(1, 'rack1-01');
    add(2, 'rack1-02');
    for (const round of [1, 2])
      for (const n of [1, 2]) machines.heardUuid({ mac: mac(n), uuid: round === 1 ? hex(uuid) : null });
    for (const n of [1, 2, 1]) machines.heardUuid({ mac: mac(n), uuid: hex(uuid) });
    expect(notices).toMatchObject([
      { kind: 'dhcp.shared_uuid', data: { uuid, mac: mac(1), other_mac: mac(2) } },
    ]);
    for (const word of [mac(1), mac(2), 'rack1-01', 'rack1-02', uuid])
      expect(notices[0]?.sentence).toContain(word);
  });

  test('is told when BMCs say so, before either machine has booted', () => {
    const { notices, add } = knowing(OF_A_SERIES);
    add(1, 'rack1-01');
    expect(notices).toEqual([]);
    add(2, 'rack1-02');
    add(2, 'rack1-02');
    expect(notices.map(({ kind }) => kind)).toEqual(['dhcp.shared_uuid']);
  });

  test('is told where one says it in the other byte order', () => {
    const { notices, machines, add } = knowing();
    add(1, 'rack1-01');
    add(2, 'rack1-02');
    machines.heardUuid({ mac: mac(1), uuid: '00112233445566778899aabbccddeeff' });
    machines.heardUuid({ mac: mac(2), uuid: '33221100554477668899aabbccddeeff' });
    expect(notices).toHaveLength(1);
  });
});

describe('no word is said', () => {
  test('of two NICs of one node', () => {
    const { notices, machines, add } = knowing(OF_A_SERIES);
    add(1, 'rack1-01');
    add(2, 'rack1-01');
    for (const n of [1, 2]) machines.heardUuid({ mac: mac(n), uuid: hex(OF_A_SERIES) });
    expect(notices).toEqual([]);
  });

  test('of strangers, whose NICs may be of one machine', () => {
    const { notices, machines } = knowing();
    for (const n of [1, 2]) machines.heardUuid({ mac: mac(n), uuid: hex(OF_A_SERIES) });
    expect(notices).toEqual([]);
  });

  test('of a board that went from a node to another, whose first is gone', () => {
    const { notices, machines, add } = knowing(OF_A_SERIES);
    add(1, 'rack1-01');
    machines.takeBootTable({ entries: [], removed: [mac(1)] });
    add(2, 'rack1-02');
    expect(notices).toEqual([]);
  });
});
