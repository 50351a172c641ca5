import { expect, test } from 'vitest';
import type { NewNode } from '../../../src/store/store.ts';
import { type Answer, aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const OTHER = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';

const free = (fields: Partial<NewNode> = {}): NewNode =>
  aNode({ provision_state: 'available', power_state: 'power off', resource_class: 'big', ...fields });

type Allocating = Fixture & {
  /** Posts, and waits until it is decided. */
  readonly allocate: (body: object) => Promise<Answer['body']>;
};

async function withNodes(...nodes: readonly NewNode[]): Promise<Allocating> {
  const fixture = await apiFixture();
  for (const node of nodes) await fixture.store.nodes.insert(node);
  const allocate = async (body: object): Promise<Answer['body']> => {
    const made = await fixture.ask('POST', '/v1/allocations', { body });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await expect.poll(() => fixture.store.allocations.undecided()).toEqual([]);
    return (await fixture.ask('GET', `/v1/allocations/${made.body.uuid}`)).body;
  };
  return { ...fixture, allocate };
}

test("an allocation begins as allocating, with Ironic's fields, and gets a node", async () => {
  const { ask, store, allocate } = await withNodes(free({ traits: ['CUSTOM_GPU', 'HW_CPU_X86_VMX'] }));
  const made = await ask('POST', '/v1/allocations', {
    body: { name: 'web', resource_class: 'big', traits: ['CUSTOM_GPU'] },
  });
  expect(Object.keys(made.body)).toEqual([
    'uuid',
    'created_at',
    'updated_at',
    'candidate_nodes',
    'extra',
    'last_error',
    'name',
    'owner',
    'resource_class',
    'state',
    'traits',
    'links',
    'node_uuid',
  ]);
  expect(made.body).toMatchObject({ state: 'allocating', node_uuid: null, last_error: null });
  await expect.poll(() => store.allocations.undecided()).toEqual([]);
  const { body } = await ask('GET', '/v1/allocations/web');
  expect(body).toMatchObject({ state: 'active', node_uuid: NODE });
  expect((await ask('GET', `/v1/nodes/${NODE}`)).body).toMatchObject({
    instance_uuid: body.uuid,
    allocation_uuid: body.uuid,
    instance_info: { traits: ['CUSTOM_GPU'] },
  });
  expect((await ask('GET', `/v1/nodes/${NODE}/allocation`)).body.uuid).toBe(body.uuid);
  // The node is taken now.
  expect(await allocate({ resource_class: 'big' })).toMatchObject({ state: 'error', node_uuid: null });
});

test.each([
  [
    'another resource class',
    { resource_class: 'small' },
    {},
    'no available nodes match the resource class big',
  ],
  ['maintenance', { maintenance: true }, {}, 'no available nodes match the resource class big'],
  ['an instance already', { instance_uuid: OTHER }, {}, 'no available nodes match the resource class big'],
  ['a state that is not available', { provision_state: 'manageable' }, {}, 'no available nodes match'],
  ['a power state that nobody knows', { power_state: null }, {}, 'no available nodes match'],
  ['another owner', { owner: 'a' }, { owner: 'b' }, 'no available nodes match the resource class big'],
  [
    'too few traits',
    {},
    { traits: ['CUSTOM_GPU'] },
    'no suitable nodes have the requested traits CUSTOM_GPU',
  ],
] as const)('a node with %s is not taken', async (_, node, wish, because) => {
  const { allocate } = await withNodes(free(node));
  const { state, last_error, uuid } = await allocate({ resource_class: 'big', ...wish });
  expect(state).toBe('error');
  expect(last_error).toContain(`Failed to process allocation ${uuid}: ${because}`);
});

test.each([
  ['the oldest one', {}, 'a'],
  ['the one of its own name', { name: 'c' }, 'c'],
  ['the first of its candidates', { candidate_nodes: ['c', 'b'] }, 'c'],
  ["its owner's", { owner: 'me' }, 'b'],
])('of several nodes an allocation gets %s', async (_, wish, name) => {
  const uuids = [NODE, OTHER, '4d0d3cfc-6f6f-4f3c-9f7e-0a5d8e3b1c11'];
  const fields = [{}, { lessee: 'me' }, { owner: 'else' }];
  const nodes = ['a', 'b', 'c'].map((each, index) =>
    free({ uuid: uuids[index] ?? '', name: each, ...fields[index] }),
  );
  const { allocate, store } = await withNodes(...nodes);
  const { node_uuid } = await allocate({ resource_class: 'big', ...wish });
  expect((await store.nodes.get(node_uuid))?.name).toBe(name);
});

test('a node that a job holds is passed over, and not waited for without end', async () => {
  const { allocate, store } = await withNodes(free());
  await store.jobs.insert({ node_uuid: NODE, verb: 'power', steps: [{ name: 'power-on', args: {} }] });
  const { uuid, last_error } = await allocate({ resource_class: 'big' });
  expect(last_error).toBe(`Failed to process allocation ${uuid}: could not reserve any of 1 suitable nodes.`);
});

test('allocations that race for a node never share it', async () => {
  const { ask, store } = await withNodes(free());
  const body = { resource_class: 'big' };
  await Promise.all(Array.from({ length: 8 }, () => ask('POST', '/v1/allocations', { body })));
  await expect.poll(() => store.allocations.undecided()).toEqual([]);
  const states = (await ask('GET', '/v1/allocations')).body.allocations.map(
    (one: Answer['body']) => one.state,
  );
  expect(states.toSorted()).toEqual(['active', ...Array(7).fill('error')]);
});

test.each([
  [{ resource_class: 'big', name: 'a b' }, 400, "Cannot create allocation with invalid name 'a b'"],
  [{}, 400, 'The resource_class field is mandatory when not backfilling'],
  [{ resource_class: 'big', candidate_nodes: ['nobody'] }, 400, 'Nodes cannot be found: nobody'],
  [{ node: 'nobody' }, 400, 'Node nobody could not be found.'],
  [{ resource_class: 'big', name: 'taken' }, 409, 'An allocation with name taken already exists.'],
  [{ resource_class: 'big', uuid: OTHER }, 409, `An allocation with UUID ${OTHER} already exists.`],
])('POST of %j is %d', async (body, status, text) => {
  const { ask, allocate } = await withNodes(free());
  await allocate({ resource_class: 'big', name: 'taken', uuid: OTHER });
  const answer = await ask('POST', '/v1/allocations', { body });
  expect([answer.status, fault(answer)]).toEqual([status, text]);
});

test('an active node is given an allocation afterwards, which takes its instance and resource class', async () => {
  const { ask } = await withNodes(
    aNode({ provision_state: 'active', instance_uuid: OTHER, resource_class: 'big' }),
  );
  const made = await ask('POST', '/v1/allocations', { body: { node: 'rack1-07' } });
  expect([made.status, made.body]).toMatchObject([
    201,
    { uuid: OTHER, state: 'active', node_uuid: NODE, resource_class: 'big' },
  ]);
  const again = await ask('POST', '/v1/allocations', { body: { node: 'rack1-07', uuid: NODE } });
  expect([again.status, fault(again)]).toEqual([409, `Node ${NODE} is associated with instance ${OTHER}.`]);
});

test('a node that is not active is given none afterwards, and nothing of the attempt stays', async () => {
  const { ask } = await withNodes(free());
  const refused = await ask('POST', '/v1/allocations', { body: { node: 'rack1-07', resource_class: 'big' } });
  expect(refused.status).toBe(400);
  expect(fault(refused)).toContain(
    `Cannot backfill an allocation for node ${NODE}: Node must be in the "active" state, but the current state is "available"`,
  );
  expect((await ask('GET', '/v1/allocations')).body.allocations).toEqual([]);
});

test('deleting an allocation frees its node, and an active node keeps it unless in maintenance', async () => {
  const { ask, allocate, store } = await withNodes(free());
  const { uuid } = await allocate({ resource_class: 'big' });
  await store.nodes.update(NODE, { provision_state: 'active' });
  const kept = await ask('DELETE', `/v1/allocations/${uuid}`);
  expect([kept.status, fault(kept)]).toEqual([
    409,
    `Cannot remove allocation ${uuid} for node ${NODE}, because the node is active (and maintenance mode is off)`,
  ]);
  await store.nodes.update(NODE, { maintenance: true });
  expect((await ask('DELETE', `/v1/nodes/${NODE}/allocation`)).status).toBe(204);
  expect(await store.nodes.get(NODE)).toMatchObject({ instance_uuid: null, allocation_uuid: null });
  const gone = await ask('GET', `/v1/nodes/${NODE}/allocation`);
  expect([gone.status, fault(gone)]).toEqual([404, `Allocation for node ${NODE} was not found`]);
});

test('clearing the instance of an available node gives its allocation up', async () => {
  const { ask, allocate } = await withNodes(free());
  const { uuid } = await allocate({ resource_class: 'big' });
  const patch = [{ op: 'remove', path: '/instance_uuid' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body: patch })).body.allocation_uuid).toBeNull();
  expect((await ask('GET', `/v1/allocations/${uuid}`)).status).toBe(404);
});

test('name and extra are changed, nothing else, from 1.57 on', async () => {
  const { ask, allocate } = await withNodes(free());
  const { uuid } = await allocate({ resource_class: 'big' });
  const url = `/v1/allocations/${uuid}`;
  const rename = { body: [{ op: 'replace', path: '/name', value: 'web' }] };
  expect((await ask('PATCH', url, rename)).body.name).toBe('web');
  expect((await ask('PATCH', url, { ...rename, version: '1.56' })).status).toBe(405);
  const other = await ask('PATCH', url, { body: [{ op: 'replace', path: '/resource_class', value: 'x' }] });
  expect(fault(other)).toBe('Cannot patch /resource_class. Only the following can be updated: name, extra');
});

test.each([
  { method: 'GET', version: '1.51', status: 404 },
  { method: 'POST', version: '1.51', status: 405 },
  { method: 'POST', version: '1.57', status: 400 },
  { method: 'POST', version: '1.59', status: 406 },
] as const)('$method at $version is $status', async ({ method, version, status }) => {
  const { ask } = await withNodes(free());
  const body = version === '1.57' ? { node: NODE } : { resource_class: 'big', owner: 'me' };
  const answer = await ask(method, '/v1/allocations', { version, ...(method === 'GET' ? {} : { body }) });
  expect(answer.status).toBe(status);
});

test('allocations are filtered, and hide their owner before 1.60', async () => {
  const { ask, allocate } = await withNodes(free({ owner: 'me' }));
  const { uuid } = await allocate({ resource_class: 'big', owner: 'me' });
  await allocate({ resource_class: 'small' });
  const found = async (query: string) =>
    (await ask('GET', `/v1/allocations?${query}`)).body.allocations.map((one: Answer['body']) => one.uuid);
  for (const query of ['state=active', `node=${NODE}`, 'resource_class=big', 'owner=me', 'limit=1'])
    expect(await found(query), query).toEqual([uuid]);
  const old = await ask('GET', '/v1/allocations', { version: '1.59' });
  expect(old.body.allocations[0]).not.toHaveProperty('owner');
  expect((await ask('GET', '/v1/allocations?fields=owner', { version: '1.59' })).status).toBe(406);
});
