/** Whose part a node may become: hanging one on a node gives a hold on it. */
import { expect, test } from 'vitest';
import { aNode, fault, NODE } from '../fixtures.ts';
import { OTHER, withTokens } from '../with-tokens.ts';

const PART = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a21';
const NOBODY = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a22';
const REFUSED = (parent: string) =>
  `Unable to apply the requested parent_node '${parent}'. Requested value was invalid.`;

test.each([
  { who: 'blue', parent: NODE, by: 'its own node', status: 201 },
  { who: 'blue', parent: 'rack1-07', by: 'its own node by name', status: 201 },
  { who: 'blue', parent: OTHER, by: 'another’s node', status: 400 },
  { who: 'blue', parent: NOBODY, by: 'no node', status: 400 },
  { who: 'green', parent: NODE, by: 'a node that it leases only', status: 400 },
  { who: null, parent: OTHER, by: 'nobody’s node', status: 201 },
  { who: null, parent: NODE, by: 'a project’s node, with one that is nobody’s', status: 400 },
])('$who, making a part of $by, is answered $status', async ({ who, parent, status }) => {
  const { ask, as } = await withTokens();
  const headers = await as('admin', who);
  const body = { uuid: PART, driver: 'redfish', parent_node: parent };
  for (const path of ['/v1/nodes', '/ingot/v1/nodes']) {
    const made = { ...body, uuid: path === '/v1/nodes' ? PART : NOBODY };
    const answer = await ask('POST', path, { body: made, headers });
    expect([path, answer.status]).toEqual([path, parent === made.uuid ? 400 : status]);
    if (answer.status === 400) expect(fault(answer)).toBe(REFUSED(parent));
  }
});

test('a parent is shown by its uuid, however it was named', async () => {
  const { ask, as, store } = await withTokens();
  await store.nodes.insert(aNode({ uuid: PART, name: 'dpu' }));
  const body = [{ op: 'add', path: '/parent_node', value: 'rack1-08' }];
  const answer = await ask('PATCH', `/v1/nodes/${PART}`, { body, headers: await as('member') });
  expect(answer.body.parent_node).toBe(OTHER);
});

test('a marker that a project may not see is answered as one that is not there', async () => {
  const { ask, as } = await withTokens();
  const headers = await as('reader', 'blue');
  for (const marker of [OTHER, NOBODY])
    expect((await ask('GET', `/v1/nodes?marker=${marker}`, { headers })).status).toBe(404);
});

const owner = (value: string) => [{ op: 'add', path: '/owner', value }];

test.each([
  { role: 'member' as const, state: 'active' as const, status: 409 },
  { role: 'admin' as const, state: 'active' as const, status: 200 },
  { role: 'member' as const, state: 'available' as const, status: 200 },
])('a $role of the site, giving a node that is $state to another, is answered $status', async (row) => {
  const { ask, as, store } = await withTokens();
  await store.nodes.update(NODE, { provision_state: row.state });
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body: owner('red'), headers: await as(row.role) });
  expect(answer.status).toBe(row.status);
  if (row.status === 409)
    expect(fault(answer)).toBe(`Cannot update owner of node "${NODE}" while it is in state "active".`);
});

test('a node that an allocation with an owner holds keeps its own', async () => {
  const { ask, as, store } = await withTokens();
  const headers = await as('admin');
  await store.nodes.update(NODE, {
    provision_state: 'available',
    resource_class: 'big',
    power_state: 'power off',
  });
  const body = { resource_class: 'big', owner: 'blue' };
  expect((await ask('POST', '/v1/allocations', { body, headers })).status).toBe(201);
  await expect.poll(async () => (await store.nodes.get(NODE))?.allocation_uuid ?? null).not.toBeNull();
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body: owner('red'), headers });
  expect(answer.status).toBe(409);
  expect(fault(answer)).toContain('while it is allocated to an allocation with an  owner.');
});
