import { expect, test } from 'vitest';
import { createPortPlaces } from '../../../src/daemon/machines/port-places.ts';
import { createLog } from '../../../src/log.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { mac } from '../../dhcp/samples.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const behind = (circuitId: string) => ({ giaddr: parseIpv4('10.1.0.1'), circuitId, remoteId: 'sw-7' });

test('a port tells where it is plugged in, and one event tells each time that it moved', async () => {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish' });
  await store.ports.insert({ uuid: A, node_uuid: A, address: mac(1), internal_info: { other: 1 } });
  for (let start = 0; start < 2; start++) {
    const places = createPortPlaces(store, createLog('silent'));
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
  const places = createPortPlaces(store, createLog('silent'));
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
  const places = createPortPlaces({ ...store, transaction }, createLog('silent'));
  for (let time = 0; time < 2; time++) {
    places.seen(mac(1), behind('eth0:1'));
    await places.stop();
  }
  expect(await store.events.list({})).toHaveLength(1);
});
