import { expect, test } from 'vitest';
import { createPortPlaces } from '../../../src/daemon/machines/port-places.ts';
import { createLog } from '../../../src/log.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { mac } from '../../dhcp/samples.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const clock = { elapsed: () => 0 };
const behind = (circuitId: string) => ({ giaddr: parseIpv4('10.1.0.1'), circuitId, remoteId: 'sw-7' });

test('a port tells where it is plugged in, and one event tells each time that it moved', async () => {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.ports.insert({ uuid: A, node_uuid: A, address: mac(1), internal_info: { other: 1 } });
  for (let start = 0; start < 2; start++) {
    const places = createPortPlaces(store, createLog('silent'), clock);
    for (const circuit of start === 0 ? ['eth0:1', 'eth0:1', 'eth0:2'] : ['eth0:2'])
      places.seen(mac(1), behind(circuit));
    places.seen(mac(9), behind('eth0:9'));
    await places.stop();
  }
  expect((await store.ports.get(A))?.internal_info).toEqual({
    other: 1,
    dhcp: { giaddr: '10.1.0.1', circuit_id: 'eth0:2', remote_id: 'sw-7' },
  });
  expect((await store.events.list({})).map(({ message }) => message)).toEqual([
    `${mac(1)} is behind the relay 10.1.0.1, circuit eth0:1, remote id sw-7`,
    `${mac(1)} is behind the relay 10.1.0.1, circuit eth0:2, remote id sw-7`,
  ]);
});

test('of a port that moves faster than the disk writes only the newest place waits', async () => {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.ports.insert({ uuid: A, node_uuid: A, address: mac(1) });
  const places = createPortPlaces(store, createLog('silent'), clock);
  for (let circuit = 1; circuit <= 1000; circuit++) places.seen(mac(1), behind(`eth0:${circuit}`));
  await places.stop();
  expect((await store.events.list({})).map(({ data }) => data.circuit_id)).toEqual(['eth0:1', 'eth0:1000']);
});

test('a place that could not be written is written when it is seen again', async () => {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.ports.insert({ uuid: A, node_uuid: A, address: mac(1) });
  let failures = 1;
  const transaction: typeof store.transaction = (work) =>
    failures-- > 0 ? Promise.reject(new Error('the disk is full')) : store.transaction(work);
  const places = createPortPlaces({ ...store, transaction }, createLog('silent'), clock);
  for (let time = 0; time < 2; time++) {
    places.seen(mac(1), behind('eth0:1'));
    await places.stop();
  }
  expect(await store.events.list({})).toHaveLength(1);
});

test('two relays that each pass on every message are one place, until one is not heard of or the machine moves', async () => {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.ports.insert({ uuid: A, node_uuid: A, address: mac(1) });
  let now = 0;
  const places = createPortPlaces(store, createLog('silent'), { elapsed: () => now });
  const hear = async (circuitId: string, ...relays: readonly string[]): Promise<void> => {
    now += 60_000;
    for (const relay of relays) {
      places.seen(mac(1), { giaddr: parseIpv4(relay), circuitId, remoteId: null });
      await places.stop();
    }
  };
  const told = async () => (await store.events.list({})).map(({ data }) => [data.giaddr, data.circuit_id]);
  const [first, second] = ['10.1.0.2', '10.1.0.3'];
  for (let message = 0; message < 3; message++) await hear('eth0:1', first, second);
  await hear('eth0:1', second, first);
  expect(await told()).toEqual([[first, 'eth0:1']]);
  await hear('eth0:2', second, first);
  expect(await told()).toEqual([
    [first, 'eth0:1'],
    [second, 'eth0:2'],
  ]);
  for (let message = 0; message < 3; message++) await hear('eth0:2', first);
  expect((await told()).slice(2)).toEqual([[first, 'eth0:2']]);
});
