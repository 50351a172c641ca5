import { expect, test } from 'vitest';
import { aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const MAC = '52:54:00:12:34:56';

async function withPort(): Promise<Fixture & { readonly port: string }> {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode());
  const { body } = await fixture.ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: MAC } });
  return { ...fixture, port: body.uuid };
}

test.each([MAC, '52-54-00-12-34-56', '525400123456', '52:54:00:12:34:5F'])(
  'the MAC %s is stored in canonical form',
  async (address) => {
    const { ask, store } = await apiFixture();
    await store.nodes.insert(aNode());
    const { status, body } = await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address } });
    expect(status).toBe(201);
    expect(body.address).toMatch(/^52:54:00:12:34:5[6f]$/);
    expect(body).toMatchObject({ pxe_enabled: true, physical_network: null, node_uuid: NODE });
  },
);

test.each([
  {
    name: 'a MAC that is taken',
    body: { node_uuid: NODE, address: MAC },
    status: 409,
    text: `A port with MAC address ${MAC} already exists.`,
  },
  { name: 'no MAC', body: { node_uuid: NODE }, status: 400, text: /address/ },
  {
    name: 'a wrong MAC',
    body: { node_uuid: NODE, address: 'xy' },
    status: 400,
    text: 'Expected valid MAC address for address: xy',
  },
  {
    name: 'a multicast MAC',
    body: { node_uuid: NODE, address: '01:00:5e:00:00:01' },
    status: 400,
    text: /01:00:5e:00:00:01 is a multicast address/,
  },
  {
    name: 'the broadcast MAC',
    body: { node_uuid: NODE, address: 'ff:ff:ff:ff:ff:ff' },
    status: 400,
    text: /multicast/,
  },
  {
    name: 'a MAC of zeros',
    body: { node_uuid: NODE, address: '00:00:00:00:00:00' },
    status: 400,
    text: /is all zeros/,
  },
  {
    name: 'an unknown node',
    body: { node_uuid: '11111111-2222-4333-8444-555555555555', address: '52:54:00:00:00:01' },
    status: 400,
    text: 'Node 11111111-2222-4333-8444-555555555555 could not be found.',
  },
  {
    name: 'an unknown field',
    body: { node_uuid: NODE, address: '52:54:00:00:00:01', bogus: 1 },
    status: 400,
    text: /'bogus' was unexpected/,
  },
])('POST with $name is $status', async ({ body, status, text }) => {
  const { ask } = await withPort();
  const answer = await ask('POST', '/v1/ports', { body });
  expect(answer.status).toBe(status);
  if (typeof text === 'string') expect(fault(answer)).toBe(text);
  else expect(fault(answer)).toMatch(text);
});

test('ports are listed by address, by node, and in detail', async () => {
  const { ask, port } = await withPort();
  const plain = await ask('GET', '/v1/ports');
  expect(plain.body.ports).toEqual([{ uuid: port, address: MAC, links: expect.any(Array) }]);
  const asked = await ask('GET', `/v1/ports?address=${MAC.toUpperCase()}&fields=node_uuid,uuid,address`);
  expect(asked.body.ports).toMatchObject([{ node_uuid: NODE, uuid: port, address: MAC }]);
  for (const url of [
    '/v1/ports?node=rack1-07',
    `/v1/ports?node_uuid=${NODE}`,
    '/v1/nodes/rack1-07/ports',
    '/v1/ports/detail',
  ]) {
    expect((await ask('GET', url)).body.ports, url).toMatchObject([{ uuid: port }]);
  }
  expect((await ask('GET', '/v1/ports?address=52:54:00:00:00:99')).body.ports).toEqual([]);
  expect((await ask('GET', '/v1/nodes/nobody/ports')).status).toBe(404);
});

test('pages of ports follow one another', async () => {
  const { ask } = await withPort();
  await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: '52:54:00:00:00:02' } });
  const first = await ask('GET', '/v1/ports?limit=1');
  expect(first.body.ports).toHaveLength(1);
  const next = new URL(first.body.next);
  const second = await ask('GET', next.pathname + next.search);
  expect(second.body.ports).toMatchObject([{ address: '52:54:00:00:00:02' }]);
});

test('a port is patched and deleted, and both are told', async () => {
  const { ask, store, port } = await withPort();
  const patched = await ask('PATCH', `/v1/ports/${port}`, {
    body: [{ op: 'replace', path: '/pxe_enabled', value: false }],
  });
  expect(patched).toMatchObject({ status: 200, body: { pxe_enabled: false, address: MAC } });
  expect((await ask('DELETE', `/v1/ports/${port}`)).status).toBe(204);
  expect((await ask('GET', `/v1/ports/${port}`)).status).toBe(404);
  const kinds = (await store.events.list({ node_uuid: NODE })).map((event) => event.kind);
  expect(kinds).toEqual(['port.created', 'port.updated', 'port.deleted']);
});

test('a port is left alone while a job of its node runs', async () => {
  const { ask, store, port } = await withPort();
  await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps: [{ name: 'x', args: {} }] });
  expect((await ask('DELETE', `/v1/ports/${port}`)).status).toBe(409);
  const body = [{ op: 'replace', path: '/pxe_enabled', value: false }];
  expect((await ask('PATCH', `/v1/ports/${port}`, { body })).status).toBe(409);
});

test('a port whose link was written when more was taken is patched elsewhere, and in its link only to a whole one', async () => {
  const { ask, store, port } = await withPort();
  const link = { switch_id: 'sw1', port_id: 'Eth1' };
  await store.ports.update(port, { local_link_connection: link });
  const patch = (path: string, value: unknown) =>
    ask('PATCH', `/v1/ports/${port}`, { body: [{ op: 'add', path, value }] });
  expect((await patch('/extra/slot', '2')).body).toMatchObject({
    extra: { slot: '2' },
    local_link_connection: link,
  });
  expect((await patch('/local_link_connection/port_id', 'Eth2')).status).toBe(400);
});
