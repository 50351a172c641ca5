/** What may be patched while a node is on its way somewhere. */
import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const INSTANCE = '5d5f9a4c-4d33-4d39-9e0d-2f7a4e0d0b12';
const away = [{ op: 'remove', path: '/instance_uuid' }];
const described = [{ op: 'add', path: '/description', value: 'by the door' }];

test.each([
  { what: 'an instance is taken off in maintenance', maintenance: true, body: away, status: 200 },
  { what: 'an instance is not taken off otherwise', maintenance: false, body: away, status: 409 },
  { what: 'nothing else comes along', maintenance: true, body: [...away, ...described], status: 409 },
  { what: 'nothing else is changed', maintenance: true, body: described, status: 409 },
])('while a node is deployed $what', async ({ maintenance, body, status }) => {
  const { ask, store } = await apiFixture();
  const deploying = { provision_state: 'deploying', target_provision_state: 'active' } as const;
  await store.nodes.insert(aNode({ ...deploying, maintenance, instance_uuid: INSTANCE }));
  const answer = await ask('PATCH', '/v1/nodes/rack1-07', { body });
  expect(answer.status).toBe(status);
  if (status === 409)
    expect(fault(answer)).toBe('Node rack1-07 can not be updated while a state transition is in progress.');
});

test.each([
  ['1.38', 200],
  ['1.39', 409],
])('a node that is inspected is patched at %s with %d', async (version, status) => {
  const { ask, store } = await apiFixture();
  const state = { provision_state: 'inspecting', target_provision_state: 'manageable' } as const;
  await store.nodes.insert(aNode(state));
  const body = [{ op: 'add', path: '/extra/rack', value: '7' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body, version })).status).toBe(status);
});

test('a path that names an object’s prototype is refused, as a body is', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({}));
  const body = [{ op: 'add', path: '/extra/__proto__', value: { admin: true } }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(400);
});

test.each([
  ['lists', (levels: number) => '['.repeat(levels) + ']'.repeat(levels)],
  ['objects', (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`],
])('%s within each other are taken while they are few, and refused when they are many', async (_, nested) => {
  const { ask } = await apiFixture();
  const body = (levels: number) => `{"driver": "redfish", "extra": {"a": ${nested(levels)}}}`;
  const headers = { 'content-type': 'application/json' };
  expect((await ask('POST', '/v1/nodes', { body: body(90), headers })).status).toBe(201);
  for (const levels of [100, 3_000, 20_000]) {
    const answer = await ask('POST', '/v1/nodes', { body: body(levels), headers });
    expect([levels, answer.status]).toEqual([levels, 400]);
  }
});
