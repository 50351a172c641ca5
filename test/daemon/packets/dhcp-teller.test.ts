import { expect, test } from 'vitest';
import { createDhcpTeller, FACT_COUNTS } from '../../../src/daemon/packets/dhcp-teller.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import type { DhcpFact } from '../../../src/dhcp/facts.ts';
import { createCounters } from '../../../src/net/counters.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { mac } from '../../dhcp/samples.ts';

const KNOWN = mac(1);
const relay = { giaddr: parseIpv4('10.1.0.1'), circuitId: 'eth0:12', remoteId: null };
const fact = (of: typeof KNOWN, more: Partial<DhcpFact> = {}): DhcpFact => ({
  kind: 'dhcp.offer',
  at: 0,
  network: 'pxe',
  mac: of,
  address: null,
  sentence: 'was offered',
  vendorClass: 'PXEClient:Arch:00007',
  archs: [7],
  uuid: null,
  ...more,
});

function teller() {
  const told: (Pick<Fact, 'client' | 'relay' | 'byHttp'> | undefined)[] = [];
  const facts: Fact[] = [];
  const time = { elapsed: 0 };
  const counters = createCounters(FACT_COUNTS);
  const { tell, tellBoot } = createDhcpTeller({
    isKnown: (one) => one === KNOWN,
    send: (one, more) => {
      facts.push(one);
      told.push(more);
    },
    counters,
    clock: { elapsed: () => time.elapsed },
  });
  return { tell, tellBoot, told, facts, time, counters };
}

test('what a machine says of itself goes along for strangers only, its place where a relay told it', () => {
  const { tell, told } = teller();
  for (const one of [KNOWN, mac(2)]) for (const more of [{}, { relay }]) tell(fact(one, more));
  const client = { architecture: 'EFI x64', network: 'pxe', uuid: null, vendorClass: 'PXEClient:Arch:00007' };
  expect(told).toEqual([undefined, { relay }, { client }, { client, relay }]);
});

test('firmware of a node that boots by HTTP is told to be that', () => {
  const { tell, told } = teller();
  for (const more of [{}, { relay }])
    tell(fact(KNOWN, { vendorClass: 'HTTPClient:Arch:00016:UNDI:003016', ...more }));
  expect(told).toEqual([{ byHttp: true }, { relay, byHttp: true }]);
});

test('a flood of strangers is told in part and counted, and takes nothing from the machines of nodes', () => {
  const { tell, told, time, counters } = teller();
  for (let i = 0; i < 30_000; i++) tell(fact(mac(i + 2)));
  expect([told.length, counters.snapshot().strangers_not_told]).toEqual([20_000, 10_000]);
  tell(fact(KNOWN));
  expect(told).toHaveLength(20_001);
  time.elapsed = 1_000;
  for (let i = 0; i < 2_000; i++) tell(fact(mac(i + 2)));
  expect(told).toHaveLength(21_001);
});

test('what becomes of strangers’ boots is told by the same measure, and takes nothing from that of nodes’ machines', () => {
  const { tell, tellBoot, told, counters } = teller();
  for (let i = 0; i < 10_000; i++) tell(fact(mac(i + 2)));
  for (let i = 0; i < 20_000; i++) tellBoot({ ...fact(mac(i + 2)), kind: 'boot.failed' });
  expect([told.length, counters.snapshot().strangers_not_told]).toEqual([20_000, 10_000]);
  tellBoot({ ...fact(KNOWN), kind: 'boot.failed' });
  expect([told.length, told.at(-1)]).toEqual([20_001, undefined]);
});

test('a flood with the MAC of a node’s machine is told in part, counted, and told of with the next fact', () => {
  const { tell, tellBoot, facts, time, counters } = teller();
  for (let i = 0; i < 5_000; i++) tell(fact(KNOWN));
  for (let i = 0; i < 5_000; i++) tellBoot({ ...fact(KNOWN), kind: 'boot.failed' });
  expect([facts.length, counters.snapshot().machines_not_told]).toEqual([80, 9_920]);
  time.elapsed = 20_000;
  for (let i = 0; i < 100; i++) tell(fact(KNOWN));
  expect(facts).toHaveLength(81);
  expect(facts.at(-1)?.sentence).toBe(
    'was offered; 4960 messages of this MAC before it made no events, for there were too many',
  );
});

test('a flood of questions hides neither the machine’s lease nor another machine', () => {
  const other = mac(2);
  const told: string[] = [];
  const { tell } = createDhcpTeller({
    isKnown: () => true,
    send: ({ kind, mac: of }) => void told.push(`${kind} ${of}`),
    counters: createCounters(FACT_COUNTS),
    clock: { elapsed: () => 0 },
  });
  for (let i = 0; i < 5_000; i++) tell(fact(KNOWN));
  tell(fact(KNOWN, { kind: 'dhcp.ack' }));
  tell(fact(other));
  expect(told.slice(40)).toEqual([`dhcp.ack ${KNOWN}`, `dhcp.offer ${other}`]);
});
