import { expect, test } from 'vitest';
import type { NewNode } from '../../../src/store/store.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const URL = `/v1/nodes/${NODE}`;
const set = (path: string, value: unknown) => ({ op: 'add', path: `/${path}`, value });

async function withNode(fields: Partial<NewNode> = {}) {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode(fields));
  return fixture;
}

test.each([
  ['lessee', 'team-b', 65],
  ['shard', 'rack-7', 82],
  ['network_data', { links: [], networks: [], services: [] }, 66],
  ['retired', true, 61],
  ['disable_power_off', true, 95],
])('%s is written, shown, and hidden before its microversion', async (field, value, since) => {
  const { ask } = await withNode();
  expect((await ask('PATCH', URL, { body: [set(field, value)] })).body[field]).toEqual(value);
  expect((await ask('GET', URL, { version: `1.${since}` })).body[field]).toEqual(value);
  expect((await ask('GET', URL, { version: `1.${since - 1}` })).body).not.toHaveProperty(field);
});

test('a flag takes its reason along when it is taken back', async () => {
  const { ask } = await withNode({ provision_state: 'active' });
  const on = [set('protected', true), set('protected_reason', 'holds the payroll')];
  expect((await ask('PATCH', URL, { body: on })).body).toMatchObject({
    protected: true,
    protected_reason: 'holds the payroll',
  });
  expect((await ask('PATCH', URL, { body: [set('protected', false)] })).body).toMatchObject({
    protected: false,
    protected_reason: null,
  });
});

test.each([
  {
    name: 'protected before there is an instance',
    state: 'available' as const,
    patch: [set('protected', true)],
    status: 409,
    text: `Node ${NODE} can only be made protected in provision states 'active' or 'rescue', the current state is 'available'`,
  },
  {
    name: 'retired while it is on offer',
    state: 'available' as const,
    patch: [set('retired', true)],
    status: 409,
    text: `Node ${NODE} can not have 'retired' set in provision state 'available', the current state is 'available'`,
  },
  {
    name: 'a reason without its flag',
    state: 'active' as const,
    patch: [set('protected_reason', 'x')],
    status: 400,
    text: 'The protected_reason field can only be set when protected is True',
  },
  {
    name: 'its own parent',
    state: 'enroll' as const,
    patch: [set('parent_node', NODE)],
    status: 400,
    text: `parent_node ${NODE} of node ${NODE} is the node itself`,
  },
  {
    name: 'a parent that is not there',
    state: 'enroll' as const,
    patch: [set('parent_node', '00000000-0000-4000-8000-000000000001')],
    status: 400,
    text: "Unable to apply the requested parent_node '00000000-0000-4000-8000-000000000001'. Requested value was invalid.",
  },
  {
    name: 'traits by PATCH',
    state: 'enroll' as const,
    patch: [set('traits', [])],
    status: 400,
    text: /^Cannot patch \/traits\./,
  },
])('$name is refused', async ({ state, patch, status, text }) => {
  const { ask } = await withNode({ provision_state: state });
  const answer = await ask('PATCH', URL, { body: patch });
  expect(answer.status).toBe(status);
  expect(fault(answer)).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
});

test('a PATCH of one field changes no other', async () => {
  const { ask } = await withNode();
  const { updated_at: _, ...before } = (await ask('GET', URL)).body;
  const { updated_at, ...after } = (await ask('PATCH', URL, { body: [set('description', 'x')] })).body;
  expect(updated_at).not.toBeNull();
  expect(after).toEqual({ ...before, description: 'x' });
});

test('a protected node is not deleted, also not in maintenance', async () => {
  const { ask } = await withNode({ provision_state: 'active', protected: true, maintenance: true });
  const answer = await ask('DELETE', URL);
  expect(answer.status).toBe(403);
  expect(fault(answer)).toBe(`Node ${NODE} is protected and cannot be undeployed, rebuilt or deleted`);
});

test('parts of a node are listed with it and on request, and keep it from being deleted', async () => {
  const { ask, store } = await withNode({ provision_state: 'manageable' });
  const part = '11111111-2222-4333-8444-555555555555';
  await store.nodes.insert(aNode({ uuid: part, name: 'dpu', parent_node: NODE }));
  const uuids = async (query: string) =>
    (await ask('GET', `/v1/nodes${query}`)).body.nodes.map((node: { uuid: string }) => node.uuid);
  expect(await uuids('')).toEqual([NODE]);
  expect(await uuids('?include_children=true')).toEqual([NODE, part]);
  expect(await uuids(`?parent_node=${NODE}`)).toEqual([part]);
  expect((await ask('GET', `${URL}/children`)).body.children).toEqual([part]);
  expect((await ask('GET', `${URL}/children`, { version: '1.82' })).status).toBe(404);
  const refused = await ask('DELETE', URL);
  expect(refused.status).toBe(409);
  expect(fault(refused)).toBe(`Node ${NODE} has 1 parts: dpu`);
});

test('shards are counted, nodes without one under Ironic’s own word', async () => {
  const { ask, store } = await withNode({ shard: 'a' });
  for (const [index, shard] of ['b', 'b', null].entries())
    await store.nodes.insert(aNode({ uuid: `${index}${NODE.slice(1)}`, name: `n${index}`, shard }));
  const { shards } = (await ask('GET', '/v1/shards')).body;
  expect(shards[0]).toEqual({ name: 'b', count: 2 });
  expect(shards).toHaveLength(3);
  expect(shards).toContainEqual({ name: 'None', count: 1 });
  const found = (await ask('GET', '/v1/nodes?shard=b,A')).body.nodes;
  expect(found).toHaveLength(3);
  await store.nodes.update(NODE, { shard: 'East' });
  await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: '52:54:00:00:77:01' } });
  expect((await ask('GET', '/v1/ports?shard=East')).body.ports).toHaveLength(1);
});
