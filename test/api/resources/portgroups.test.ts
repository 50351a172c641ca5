import { expect, test } from 'vitest';
import { aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const OTHER = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';
const MAC = '52:54:00:12:34:56';

type WithGroup = Fixture & { readonly group: string };

async function withGroup(fields: object = {}): Promise<WithGroup> {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode());
  const body = { node_uuid: NODE, name: 'bond', ...fields };
  const answer = await fixture.ask('POST', '/v1/portgroups', { body });
  expect(answer.status).toBe(201);
  return { ...fixture, group: answer.body.uuid };
}

async function addPort({ ask, group }: WithGroup, fields: object = {}): Promise<string> {
  const body = { node_uuid: NODE, address: MAC, portgroup_uuid: group, ...fields };
  const answer = await ask('POST', '/v1/ports', { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.uuid;
}

test("a portgroup has Ironic's fields, with its defaults", async () => {
  const { ask, group } = await withGroup();
  const { body } = await ask('GET', '/v1/portgroups/bond');
  expect(body).toEqual({
    uuid: group,
    created_at: '2026-11-22T12:00:00.000+00:00',
    updated_at: null,
    address: null,
    extra: {},
    internal_info: {},
    mode: 'active-backup',
    name: 'bond',
    properties: {},
    standalone_ports_supported: true,
    node_uuid: NODE,
    links: expect.any(Array),
    ports: expect.any(Array),
  });
});

test.each([
  { version: '1.22', status: 404 },
  { version: '1.23', status: 200, absent: ['mode', 'properties'] },
  { version: '1.26', status: 200, absent: [] },
])('version $version answers a portgroup with $status', async ({ version, status, absent = [] }) => {
  const { ask, group } = await withGroup();
  const answer = await ask('GET', `/v1/portgroups/${group}`, { version });
  expect(answer.status).toBe(status);
  for (const name of absent) expect(answer.body).not.toHaveProperty(name);
});

test.each([
  { url: `/v1/nodes/${NODE}/portgroups`, version: '1.23', status: 404 },
  { url: '/v1/portgroups/bond/ports', version: '1.23', status: 404 },
  { url: '/v1/portgroups?fields=mode', version: '1.25', status: 406 },
  { url: '/v1/portgroups?detail=true', version: '1.42', status: 400 },
  { url: '/v1/portgroups?detail=true&fields=name', version: '1.96', status: 400 },
  { url: '/v1/portgroups?sort_key=extra', version: '1.96', status: 400 },
  { url: '/v1/portgroups?limit=-1', version: '1.96', status: 400 },
  { url: '/v1/portgroups?sort_dir=up', version: '1.96', status: 400 },
  { url: '/v1/portgroups?bogus=1', version: '1.96', status: 400 },
  { url: `/v1/portgroups?marker=${OTHER}`, version: '1.96', status: 404 },
  { url: `/v1/portgroups?node=${NODE}&address=${MAC}`, version: '1.96', status: 400 },
])('GET $url at $version is $status', async ({ url, version, status }) => {
  const { ask } = await withGroup();
  expect((await ask('GET', url, { version })).status).toBe(status);
});

test('portgroups are sorted, paged, filtered and shown in part', async () => {
  const { ask } = await withGroup();
  for (const name of ['c', 'a'])
    await ask('POST', '/v1/portgroups', {
      body: { node_uuid: NODE, name, address: `52:54:00:00:00:0${name}` },
    });
  const names = async (query: string): Promise<readonly string[]> =>
    (await ask('GET', `/v1/portgroups?${query}`)).body.portgroups.map(({ name }: { name: string }) => name);
  expect(await names('')).toEqual(['bond', 'c', 'a']);
  expect(await names('sort_key=name')).toEqual(['a', 'bond', 'c']);
  expect(await names('sort_key=name&sort_dir=desc')).toEqual(['c', 'bond', 'a']);
  expect(await names('address=52:54:00:00:00:0A')).toEqual(['a']);
  expect(await names(`node=${NODE}&limit=1`)).toEqual(['bond']);
  const { body } = await ask('GET', '/v1/portgroups?sort_key=name&limit=2');
  const next = await ask('GET', body.next);
  expect(next.body.portgroups.map(({ name }: { name: string }) => name)).toEqual(['c']);
  expect((await ask('GET', '/v1/portgroups?fields=mode')).body.portgroups[0]).toEqual({
    mode: 'active-backup',
    links: expect.any(Array),
  });
});

test.each([
  [{ name: 'a b' }, 400, "Cannot create portgroup with invalid name 'a b'"],
  [{ name: 'bond' }, 409, 'A portgroup with name bond already exists.'],
  [{ node_uuid: OTHER }, 400, `Node ${OTHER} could not be found.`],
  [{ mode: 'fastest' }, 400, /a mode is one of balance-rr, active-backup/],
  [{ bogus: 1 }, 400, /'bogus' was unexpected/],
])('POST with %j is %d', async (fields, status, text) => {
  const { ask } = await withGroup();
  const answer = await ask('POST', '/v1/portgroups', { body: { node_uuid: NODE, ...fields } });
  expect(answer.status).toBe(status);
  expect(fault(answer)).toMatch(text);
});

test('a portgroup with a MAC that another one has is refused', async () => {
  const { ask } = await withGroup({ address: MAC });
  const answer = await ask('POST', '/v1/portgroups', { body: { node_uuid: NODE, address: MAC } });
  expect([answer.status, fault(answer)]).toEqual([
    409,
    `A portgroup with MAC address ${MAC} already exists.`,
  ]);
});

test('mode and properties are not acceptable before 1.26', async () => {
  const { ask, group } = await withGroup();
  const made = await ask('POST', '/v1/portgroups', {
    version: '1.25',
    body: { node_uuid: NODE, mode: '802.3ad' },
  });
  const patch = [{ op: 'replace', path: '/mode', value: '802.3ad' }];
  const changed = await ask('PATCH', `/v1/portgroups/${group}`, { version: '1.25', body: patch });
  expect([made.status, changed.status]).toEqual([406, 406]);
});

test('PATCH changes what it names, and tells', async () => {
  const { ask, group, store } = await withGroup({ extra: { a: 1 } });
  const { body } = await ask('PATCH', `/v1/portgroups/${group}`, {
    body: [
      { op: 'replace', path: '/mode', value: '802.3ad' },
      { op: 'add', path: '/properties/miimon', value: 100 },
    ],
  });
  expect(body).toMatchObject({ mode: '802.3ad', properties: { miimon: 100 }, extra: { a: 1 }, name: 'bond' });
  const kinds = (await store.events.list({ node_uuid: NODE })).map(({ kind }) => kind);
  expect(kinds).toEqual(['portgroup.created', 'portgroup.updated']);
});

test.each([
  [{ op: 'remove', path: '/mode' }, "Schema error for patch: 'mode' is a required property"],
  [
    { op: 'replace', path: '/uuid', value: OTHER },
    /^Cannot patch \/uuid\. Only the following can be updated:/,
  ],
  [
    { op: 'replace', path: '/name', value: 'a b' },
    "Portgroup bond: Cannot change name to invalid name 'a b'",
  ],
])('PATCH with %j is refused', async (operation, text) => {
  const { ask } = await withGroup();
  const answer = await ask('PATCH', '/v1/portgroups/bond', { body: [operation] });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toMatch(text);
});

test('ports join a group, are listed by it, and keep it from being deleted', async () => {
  const fixture = await withGroup();
  const { ask, group } = fixture;
  const port = await addPort(fixture, { name: 'left' });
  await addPort(fixture, { address: '52:54:00:00:00:01', portgroup_uuid: null });
  for (const url of ['/v1/portgroups/bond/ports', `/v1/ports?portgroup=${group}`])
    expect((await ask('GET', url)).body.ports).toEqual([
      { uuid: port, address: MAC, links: expect.any(Array) },
    ]);
  expect((await ask('GET', '/v1/ports/left')).body.portgroup_uuid).toBe(group);

  const kept = await ask('DELETE', '/v1/portgroups/bond');
  const said = `Cannot complete the requested action because portgroup ${group} contains ports.`;
  expect([kept.status, fault(kept)]).toEqual([400, said]);
  await ask('PATCH', `/v1/ports/${port}`, { body: [{ op: 'remove', path: '/portgroup_uuid' }] });
  expect((await ask('DELETE', '/v1/portgroups/bond')).status).toBe(204);
  expect((await ask('GET', '/v1/portgroups/bond')).status).toBe(404);
});

test('a deleted node takes its portgroups and their ports along', async () => {
  const fixture = await withGroup();
  await addPort(fixture);
  expect((await fixture.ask('DELETE', `/v1/nodes/${NODE}`)).status).toBe(204);
  expect((await fixture.ask('GET', '/v1/portgroups')).body.portgroups).toEqual([]);
  expect((await fixture.ask('GET', '/v1/ports')).body.ports).toEqual([]);
});

test('a NIC that boots over the network is not for a group without standalone ports', async () => {
  const fixture = await withGroup({ standalone_ports_supported: false });
  const { ask, group } = fixture;
  const body = { node_uuid: NODE, address: MAC, portgroup_uuid: group };
  const booting = await ask('POST', '/v1/ports', { body });
  expect([booting.status, fault(booting)]).toEqual([
    409,
    `Port group ${group} doesn't support standalone ports. This port cannot be created as a member of that ` +
      `portgroup as the port's 'pxe_enabled' field was set to True.`,
  ]);
  const port = await addPort(fixture, { pxe_enabled: false });
  const patch = [{ op: 'replace', path: '/pxe_enabled', value: true }];
  const enabled = await ask('PATCH', `/v1/ports/${port}`, { body: patch });
  expect([enabled.status, fault(enabled)]).toEqual([409, expect.stringContaining('because of:')]);
});

test('a group keeps its standalone ports while one of them boots over the network', async () => {
  const fixture = await withGroup();
  await addPort(fixture);
  const patch = [{ op: 'replace', path: '/standalone_ports_supported', value: false }];
  const answer = await fixture.ask('PATCH', '/v1/portgroups/bond', { body: patch });
  expect(answer.status).toBe(409);
  expect(fault(answer)).toContain('standalone_ports_supported can not be set to False');
});

test('all NICs of a group are on one network, and on the node of the group', async () => {
  const fixture = await withGroup();
  const { ask, store, group } = fixture;
  await addPort(fixture, { physical_network: 'lcm' });
  const elsewhere = await ask('POST', '/v1/ports', {
    body: { node_uuid: NODE, address: '52:54:00:00:00:01', portgroup_uuid: group, physical_network: 'pxe' },
  });
  expect([elsewhere.status, fault(elsewhere)]).toEqual([
    409,
    expect.stringContaining('physical network lcm'),
  ]);
  await store.nodes.insert(aNode({ uuid: OTHER, name: 'other' }));
  const foreign = await ask('POST', '/v1/ports', {
    body: { node_uuid: OTHER, address: '52:54:00:00:00:01', portgroup_uuid: group },
  });
  expect([foreign.status, fault(foreign)]).toEqual([
    400,
    'Port can not be added to a portgroup belonging to a different node.',
  ]);
});

test('the wiring of a deployed node is changed in maintenance only', async () => {
  const fixture = await withGroup();
  const { ask, store } = fixture;
  const port = await addPort(fixture);
  await store.nodes.update(NODE, { provision_state: 'active' });
  const leave = { body: [{ op: 'remove', path: '/portgroup_uuid' }] };
  const refused = await ask('PATCH', `/v1/ports/${port}`, leave);
  expect(refused.status).toBe(409);
  expect(fault(refused)).toMatch(/unless node .* is in a enroll, inspecting, inspect wait, manageable state/);
  const address = { body: [{ op: 'replace', path: '/address', value: '52:54:00:00:00:01' }] };
  expect(fault(await ask('PATCH', `/v1/ports/${port}`, address))).toContain('Cannot update hardware address');
  await store.nodes.update(NODE, { maintenance: true });
  expect((await ask('PATCH', `/v1/ports/${port}`, leave)).status).toBe(200);
});

test('a port tells and takes its group from 1.24 on, its name from 1.88 on', async () => {
  const fixture = await withGroup();
  const port = await addPort(fixture, { name: 'left' });
  const { ask } = fixture;
  expect((await ask('GET', `/v1/ports/${port}`, { version: '1.23' })).body).not.toHaveProperty(
    'portgroup_uuid',
  );
  expect((await ask('GET', '/v1/ports/left', { version: '1.87' })).status).toBe(404);
  const leave = [{ op: 'remove', path: '/portgroup_uuid' }];
  expect((await ask('PATCH', `/v1/ports/${port}`, { version: '1.23', body: leave })).status).toBe(406);
  const twin = await ask('POST', '/v1/ports', {
    body: { node_uuid: NODE, address: '52:54:00:00:00:01', name: 'left' },
  });
  expect([twin.status, fault(twin)]).toEqual([409, 'A port with name left already exists.']);
});
