import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { type Discoveries, startDiscoveries } from '../../../src/daemon/machines/discoveries.ts';
import { clientDetails } from '../../../src/daemon/packets/client-details.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import { createLog } from '../../../src/log.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import type { Store } from '../../../src/store/store.ts';
import { mac } from '../../dhcp/samples.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const START = Date.UTC(2026, 10, 22, 12);
const NODE = '11111111-1111-4111-8111-111111111111';
const config = configSchema.parse({ networks: [{ name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16' }] });
const UEFI = {
  network: 'pxe',
  uuid: '00112233445566778899aabbccddeeff',
  vendorClass: 'PXEClient:Arch:00007',
  architecture: 'EFI x64',
};

const offer = (seconds = 0, more: Partial<Fact> = {}): Fact => ({
  kind: 'dhcp.offer',
  at: START + seconds * 1000,
  mac: null,
  address: parseIpv4('10.20.1.5'),
  sentence: 'was offered 10.20.1.5',
  client: UEFI,
  ...more,
});

/** Sleeps a turn only, so that what is seen is written at once; its time is the test's. */
async function started(store: Store, most?: number) {
  const time = { elapsed: 0 };
  const clock = {
    now: () => START,
    elapsed: () => time.elapsed,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const options = { store, config, clock, log: createLog('silent'), ...(most === undefined ? {} : { most }) };
  return { list: await startDiscoveries(options), time };
}

const PATIENCE = { timeout: 15_000 };
const onDisk = (store: Store) => expect.poll(() => store.discovered.list(), PATIENCE);
const events = async (store: Store) =>
  (await store.events.list({ kinds: ['machine.discovered'] })).map(({ message }) => message);

test('a machine that asks and fetches is one entry with all that it told, and one event', async () => {
  const store = await temporaryStore();
  const { list } = await started(store);
  const relay = { giaddr: parseIpv4('10.20.0.2'), circuitId: 'eth0:12', remoteId: null };
  list.see(offer(0, { relay }), mac(1));
  const { client: _, ...bare } = offer(9, { kind: 'boot.script', sentence: 'fetched its script' });
  list.see(bare, mac(1));
  await list.stop();
  await onDisk(store).toEqual([
    {
      mac: mac(1),
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
      architecture: 'EFI x64',
      vendor_class: 'PXEClient:Arch:00007',
      network: 'pxe',
      address: '10.20.1.5',
      giaddr: '10.20.0.2',
      circuit_id: 'eth0:12',
      remote_id: null,
      stage: 'boot.script',
      message: 'fetched its script',
      seen_count: 2,
      first_seen: '2026-11-22T12:00:00.000Z',
      last_seen: '2026-11-22T12:00:09.000Z',
    },
  ]);
  expect(await events(store)).toEqual([
    `${mac(1)} (EFI x64 on network pxe) belongs to no node and was heard: it fetched its script. See: ingot dhcp discovered`,
  ]);
});

test('the list survives a restart, and a machine on it is no news', async () => {
  const store = await temporaryStore();
  const before = (await started(store)).list;
  before.see(offer(0), mac(1));
  before.see(offer(1), mac(2));
  await before.stop();
  const { list } = await started(store);
  expect(list.list().map((one) => one.mac)).toEqual([mac(2), mac(1)]);
  list.see(offer(100), mac(1));
  await onDisk(store).toMatchObject([{ mac: mac(1), seen_count: 2 }, { mac: mac(2) }]);
  await list.stop();
  expect(await events(store)).toHaveLength(2);
});

test('what only repeats itself is written once a minute', async () => {
  const store = await temporaryStore();
  const { list } = await started(store);
  list.see(offer(0), mac(1));
  await onDisk(store).toHaveLength(1);
  list.see(offer(30), mac(1));
  list.see(offer(0), mac(2));
  await onDisk(store).toHaveLength(2);
  expect((await store.discovered.list()).find((one) => one.mac === mac(1))?.seen_count).toBe(1);
  list.see(offer(61), mac(1));
  await onDisk(store).toMatchObject([{ mac: mac(1), seen_count: 3 }, {}]);
  await list.stop();
});

test('the least recently seen goes when there are too many', async () => {
  const store = await temporaryStore();
  const { list } = await started(store, 2);
  list.see(offer(0), mac(1));
  list.see(offer(1), mac(2));
  await onDisk(store).toHaveLength(2);
  list.see(offer(2), mac(1));
  list.see(offer(3), mac(3));
  await list.stop();
  expect(list.list().map((one) => one.mac)).toEqual([mac(3), mac(1)]);
  await onDisk(store).toMatchObject([{ mac: mac(3) }, { mac: mac(1) }]);
});

test('a flood of invented MACs makes twenty events a minute, and the next one tells how many more', async () => {
  const store = await temporaryStore();
  const { list, time } = await started(store);
  for (let i = 0; i < 1234; i++) list.see(offer(0), mac(i));
  await onDisk(store).toHaveLength(1234);
  await expect.poll(() => events(store), PATIENCE).toHaveLength(20);
  time.elapsed = 60_001;
  list.see(offer(70), mac(5000));
  await list.stop();
  expect((await events(store)).at(-1)).toContain('So were 1214 more before it');
});

async function enroll(store: Store, list: Discoveries): Promise<void> {
  await store.nodes.insert({ uuid: NODE, driver: 'redfish' });
  await store.ports.insert({ uuid: NODE, node_uuid: NODE, address: mac(1), pxe_enabled: false });
  await list.enrolled(NODE);
}

test('a machine leaves the list with its enrolment, and does not come back by what it says later', async () => {
  const store = await temporaryStore();
  const { list } = await started(store);
  list.see(offer(0), mac(1));
  await onDisk(store).toHaveLength(1);
  await enroll(store, list);
  expect([list.list(), await store.discovered.list()]).toEqual([[], []]);
  list.see(offer(5), mac(1));
  list.see(offer(6), mac(2));
  await onDisk(store).toMatchObject([{ mac: mac(2) }]);
  await list.stop();
  expect(list.list()).toMatchObject([{ mac: mac(2) }]);
  expect(await events(store)).toHaveLength(2);
});

test('what a transaction that failed at its end would have written is written by the next one', async () => {
  const store = await temporaryStore();
  let failures = 0;
  const failing: Store = {
    ...store,
    transaction: (work) =>
      store.transaction(async (queries) => {
        const done = await work(queries);
        if (failures-- > 0) throw new Error('the disk is full');
        return done;
      }),
  };
  const { list } = await started(failing, 3);
  for (const [second, number] of [1, 2, 3].entries()) list.see(offer(second), mac(number));
  await onDisk(store).toHaveLength(3);
  await store.nodes.insert({ uuid: NODE, driver: 'redfish' });
  await store.ports.insert({ uuid: NODE, node_uuid: NODE, address: mac(2) });
  failures = 1;
  // The first goes for the fourth, the second is a node's, and the third says something new.
  list.see(offer(70), mac(4));
  list.see(offer(71), mac(2));
  list.see(offer(72), mac(3));
  await expect.poll(() => failures, PATIENCE).toBe(0);
  expect((await store.discovered.list()).map((one) => one.mac)).toEqual([mac(3), mac(2), mac(1)]);
  list.see(offer(140), mac(3));
  await onDisk(store).toMatchObject([{ mac: mac(3), seen_count: 3 }, { mac: mac(4) }]);
  expect(list.list().map((one) => one.mac)).toEqual([mac(3), mac(4)]);
  await list.stop();
});

test('a machine can be taken off the list', async () => {
  const store = await temporaryStore();
  const { list } = await started(store);
  list.see(offer(0), mac(1));
  expect([await list.forget(mac(1)), await list.forget(mac(1))]).toEqual([true, false]);
  await list.stop();
  expect(await store.discovered.list()).toEqual([]);
});

test.each([
  { vendorClass: 'PXEClient:Arch:00007:UNDI:003016', archs: [7], says: 'EFI x64' },
  { vendorClass: 'PXEClient', archs: [], says: 'BIOS x86' },
  { vendorClass: 'HTTPClient:Arch:00016', archs: [16], says: 'EFI x64 HTTP boot' },
  { vendorClass: 'dhcpcd-9.4.1', archs: [], says: null },
])('the architecture of $vendorClass is $says', ({ vendorClass, archs, says }) => {
  expect(clientDetails(dhcpFact({ vendorClass, archs })).architecture).toBe(says);
});

test('what a vendor class does to a terminal is taken out of it', () => {
  const evil = `\x1b[2J\x07${'x'.repeat(300)}`;
  expect(clientDetails(dhcpFact({ vendorClass: evil })).vendorClass).toBe(`?[2J?${'x'.repeat(120)}...`);
});

function dhcpFact(said: { vendorClass: string; archs?: readonly number[] }) {
  return {
    kind: 'dhcp.offer' as const,
    at: 0,
    network: 'pxe',
    mac: mac(1),
    address: null,
    sentence: '',
    archs: [],
    uuid: null,
    ...said,
  };
}
