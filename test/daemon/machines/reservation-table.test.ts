import { expect, test } from 'vitest';
import { createReservationPublisher } from '../../../src/daemon/machines/reservation-table.ts';
import type { ReservedMac } from '../../../src/daemon/packets/packet-protocol.ts';
import { parseMac } from '../../../src/net/mac.ts';
import { mac } from '../../dhcp/samples.ts';
import { networks } from '../../ipam/networks.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const MAC = parseMac('52:54:00:00:00:01') ?? expect.fail('the MAC is wrong');
const NETWORKS = networks(
  { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', address: '10.20.0.1', dhcp: 'authoritative' },
  { name: 'lab', role: 'pxe', cidr: '10.30.0.0/16', dhcp: 'authoritative' },
);
const kept = { network: 'pxe', mac: MAC, address: '10.20.5.5', hostname: 'a', source: 'operator' } as const;

test('what is published last is what the store has, however the publications overlap', async () => {
  const store = await temporaryStore();
  const said: string[] = [];
  const publisher = createReservationPublisher({
    store,
    networks: NETWORKS,
    onProblem: expect.fail,
    publish: async (entries, removed) => {
      await new Promise((resolve) => setTimeout(resolve, said.length === 0 ? 20 : 0));
      said.push([...entries.map(words), ...removed.map((mac) => `- ${mac}`)].join(', '));
    },
  });
  await store.reservations.put(kept);
  await store.reservations.put({ ...kept, network: 'lab', address: '10.30.5.5', hostname: 'b' });
  await publisher.publishAll();
  const first = publisher.publish([MAC]);
  await store.reservations.delete('lab', MAC);
  await store.reservations.delete('pxe', MAC);
  await Promise.all([first, publisher.publish([MAC])]);
  expect([said[0], said.at(-1)]).toEqual([`${MAC} 10.20.5.5 10.30.5.5`, `- ${MAC}`]);
});

test('thousands are published in parts, each once', async () => {
  const store = await temporaryStore();
  const macs = Array.from({ length: 1200 }, (_, i) => mac(i));
  await store.transaction(async (queries) => {
    for (const one of macs.slice(1)) await queries.reservations.put({ ...kept, mac: one, address: null });
  });
  const parts: number[] = [];
  const said: string[] = [];
  const publisher = createReservationPublisher({
    store,
    networks: NETWORKS,
    onProblem: expect.fail,
    publish: async (entries, removed) => {
      parts.push(entries.length);
      said.push(...entries.map((entry) => entry.mac), ...removed.map((one) => `- ${one}`));
    },
  });
  await publisher.publish(macs);
  expect(parts).toEqual([500, 500, 199]);
  expect(said.toSorted()).toEqual([`- ${mac(0)}`, ...macs.slice(1)].toSorted());
});

test('what the configuration no longer allows is told and not served, and the rest is', async () => {
  const store = await temporaryStore();
  const [problems, said]: [string[], string[]] = [[], []];
  for (let i = 0; i < 12; i++)
    await store.reservations.put({ ...kept, mac: mac(i), address: `10.99.0.${i}`, hostname: null });
  await store.reservations.put({ ...kept, mac: mac(50), address: '10.20.0.1' });
  await store.reservations.put(kept);
  await createReservationPublisher({
    store,
    networks: NETWORKS,
    onProblem: (sentence) => void problems.push(sentence),
    publish: async (entries) => void said.push(...entries.map(words)),
  }).publishAll();
  expect(said).toEqual([`${MAC} 10.20.5.5`]);
  expect(problems).toHaveLength(11);
  expect(problems[0]).toBe(
    `The reservation for ${mac(0)} is not served: 10.99.0.0 is not in network pxe (10.20.0.0/16).`,
  );
  expect(problems[10]).toMatch(/^3 more reservations/);
});

function words({ mac, addresses }: ReservedMac): string {
  return [mac, ...[...addresses].sort()].join(' ');
}
