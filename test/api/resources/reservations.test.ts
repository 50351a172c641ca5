import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { temporaryStore } from '../../store/temporary-store.ts';
import { aNode, apiFixture, fakeDhcp, fault, NODE } from '../fixtures.ts';

const PATH = '/ingot/v1/dhcp/reservations';
const MAC = '52:54:00:12:34:56';
const OTHER = '52:54:00:12:34:57';
const NETWORK = {
  name: 'pxe',
  role: 'pxe',
  cidr: '10.20.0.0/16',
  interface: 'eth1',
  address: '10.20.0.1',
  dhcp: 'authoritative',
};

async function fixture() {
  const inForce: string[] = [];
  const api = await apiFixture({
    config: configSchema.parse({ networks: [NETWORK] }),
    dhcp: fakeDhcp({ reservationsChanged: async (macs) => void inForce.push(...macs) }),
  });
  return { ...api, inForce, add: (body: object) => api.ask('POST', PATH, { body }) };
}

test('a reservation is in force when its 201 comes, and is shown with the node that has the MAC', async () => {
  const { ask, add, store, inForce } = await fixture();
  await store.nodes.insert(aNode());
  await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: MAC } });
  const { status, body } = await add({ mac: '52-54-00-12-34-56', address: '10.20.5.5', hostname: 'h' });
  expect([status, body.mac, body.network, body.source]).toEqual([201, MAC, 'pxe', 'operator']);
  expect(inForce).toEqual([MAC]);
  expect((await ask('GET', PATH)).body.reservations).toMatchObject([
    { mac: MAC, address: '10.20.5.5', hostname: 'h', node: { uuid: NODE, name: 'rack1-07' }, problem: null },
  ]);
  expect((await store.events.list({ kinds: ['reservation.created'] }))[0]).toMatchObject({
    node_uuid: NODE,
    message: `10.20.5.5 was reserved for ${MAC} on network pxe`,
  });
});

test('the same reservation again, in whatever case, is fine and changes nothing', async () => {
  const { add, store } = await fixture();
  await add({ mac: MAC, address: '10.20.5.5' });
  expect((await add({ mac: MAC.toUpperCase(), address: '10.20.5.5' })).status).toBe(200);
  expect(await store.events.list({})).toHaveLength(1);
});

test.each([
  {
    what: 'another address of the same MAC, in other case',
    body: { mac: MAC.toUpperCase(), address: '10.20.5.6' },
    status: 409,
    says: `${MAC} has a reservation on network pxe already: 10.20.5.5.`,
  },
  {
    what: 'the address of another MAC',
    body: { mac: OTHER, address: '10.20.5.5' },
    status: 409,
    says: `10.20.5.5 is reserved for ${MAC} on network pxe.`,
  },
  {
    what: 'an address outside',
    body: { mac: OTHER, address: '10.9.9.9' },
    status: 400,
    says: `Reservation for ${OTHER}: 10.9.9.9 is in none of the configured networks.`,
  },
  {
    what: 'no IPv4 address',
    body: { mac: OTHER, address: '10.9.9' },
    status: 400,
    says: 'Schema error for reservation: address: "10.9.9" is not an IPv4 address such as 10.20.0.7',
  },
  {
    what: 'a multicast MAC',
    body: { mac: '01:00:5e:00:00:01', address: '10.20.5.6' },
    status: 400,
    says: 'Schema error for reservation: mac: The MAC address 01:00:5e:00:00:01 is a multicast address: it belongs to no NIC.',
  },
])('$what is refused and changes nothing', async ({ body, status, says }) => {
  const { add, ask, inForce } = await fixture();
  await add({ mac: MAC, address: '10.20.5.5' });
  const answer = await add(body);
  expect([answer.status, fault(answer)]).toEqual([status, says]);
  expect((await ask('GET', PATH)).body.reservations).toMatchObject([{ mac: MAC, address: '10.20.5.5' }]);
  expect(inForce).toHaveLength(1);
});

test('replacing takes the place of the MAC’s earlier one; deleting gives the address free', async () => {
  const { add, ask, inForce } = await fixture();
  await add({ mac: MAC, address: '10.20.5.5' });
  await add({ mac: MAC, address: '10.20.5.6', replace: true });
  expect((await add({ mac: OTHER, address: '10.20.5.5' })).status).toBe(201);
  expect((await ask('DELETE', `${PATH}/pxe/${MAC}`)).status).toBe(204);
  expect(inForce).toEqual([MAC, MAC, OTHER, MAC]);
  expect((await ask('GET', `${PATH}?network=pxe`)).body.reservations).toMatchObject([{ mac: OTHER }]);
  const again = await ask('DELETE', `${PATH}/pxe/${MAC}`);
  expect([again.status, fault(again)]).toEqual([404, `${MAC} has no reservation on network pxe.`]);
});

test('an imported reservation without an address goes to the network of the subnet that it stood in', async () => {
  const second = {
    ...NETWORK,
    name: 'second',
    cidr: '10.21.0.0/16',
    address: '10.21.0.1',
    interface: 'eth2',
    ranges: [],
  };
  const { ask } = await apiFixture({ config: configSchema.parse({ networks: [NETWORK, second] }) });
  const reservations = [
    { mac: MAC, address: null, subnet: '10.21.0.0' },
    { mac: OTHER, address: null },
  ];
  const answer = await ask('POST', '/ingot/v1/dhcp/import', { body: { from: 'kea', reservations } });
  expect(answer.body.reservations).toMatchObject([
    { why: null },
    { why: expect.stringContaining('neither an address nor a network is named') },
  ]);
  expect((await ask('GET', PATH)).body.reservations).toMatchObject([{ mac: MAC, network: 'second' }]);
});

test('an import into a network that there is not is refused with those that there are', async () => {
  const { ask, store } = await fixture();
  const reservations = [{ mac: MAC, address: '10.20.5.5' }];
  const body = { from: 'kea', network: 'zz', reservations };
  const answer = await ask('POST', '/ingot/v1/dhcp/import', { body });
  expect([answer.status, fault(answer)]).toEqual([400, 'There is no network "zz".']);
  expect(await store.reservations.list()).toEqual([]);
});

test('an import with one entry that is none is refused whole, with its number', async () => {
  const { ask, store, inForce } = await fixture();
  const good = { mac: MAC, address: '10.20.5.5' };
  const body = { from: 'kea', reservations: [good], leases: [{ ...good, starts_at: 'x', expires_at: 'x' }] };
  const answer = await ask('POST', '/ingot/v1/dhcp/import', { body });
  expect([answer.status, fault(answer)]).toEqual([
    400,
    expect.stringMatching(/^Schema error for lease 0: starts_at: /),
  ]);
  expect([await store.reservations.list(), inForce]).toEqual([[], []]);
});

test('a large import that fails in its midst keeps and publishes what was done, and goes on when it is asked again', async () => {
  const store = await temporaryStore();
  let left = 1;
  const transaction: typeof store.transaction = (work) =>
    left-- > 0 ? store.transaction(work) : Promise.reject(new Error('the disk is full'));
  const inForce: string[] = [];
  const { ask } = await apiFixture({
    store: { ...store, transaction },
    config: configSchema.parse({ networks: [NETWORK] }),
    dhcp: fakeDhcp({ reservationsChanged: async (macs) => void inForce.push(...macs) }),
  });
  const reservations = Array.from({ length: 2_100 }, (_, index) => {
    const [high, low] = [index >> 8, index & 255];
    const hex = index.toString(16).padStart(4, '0');
    return { mac: `52:54:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`, address: `10.20.${16 + high}.${low}` };
  });
  const run = () => ask('POST', '/ingot/v1/dhcp/import', { body: { from: 'kea', reservations } });
  expect((await run()).status).toBe(500);
  expect([(await store.reservations.list()).length, inForce.length]).toEqual([2_000, 2_000]);
  left = 9;
  const { body } = await run();
  const results = (body.reservations as readonly { readonly result: string }[]).map(({ result }) => result);
  expect(results.filter((result) => result === 'unchanged')).toHaveLength(2_000);
  expect(results.slice(2_000)).toEqual(Array(100).fill('taken'));
});
