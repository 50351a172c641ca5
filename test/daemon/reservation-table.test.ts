import { expect, test } from 'vitest';
import type { ReservedMac } from '../../src/daemon/packet-protocol.ts';
import { createReservationPublisher } from '../../src/daemon/reservation-table.ts';
import { parseMac } from '../../src/net/mac.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const MAC = parseMac('52:54:00:00:00:01') ?? expect.fail('the MAC is wrong');
const kept = { network: 'pxe', mac: MAC, address: '10.20.5.5', hostname: 'a', source: 'operator' } as const;

test('what is published last is what the store has, however the publications overlap', async () => {
  const store = await temporaryStore();
  const said: string[] = [];
  const publisher = createReservationPublisher(store, async (entries, removed) => {
    await new Promise((resolve) => setTimeout(resolve, said.length === 0 ? 20 : 0));
    said.push([...entries.map(words), ...removed.map((mac) => `- ${mac}`)].join(', '));
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

function words({ mac, addresses }: ReservedMac): string {
  return [mac, ...[...addresses].sort()].join(' ');
}
