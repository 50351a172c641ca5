import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const PROVISION = `/v1/nodes/${NODE}/states/provision`;

test.each([
  ['rescue', { rescue_password: 'open sesame' }, '1.37', 406],
  ['rescue', { rescue_password: 'open sesame' }, '1.38', 202],
  ['unrescue', {}, '1.37', 406],
  ['unrescue', {}, '1.38', 202],
])('%s with %j at %s answers %d', async (target, more, version, status) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('PUT', PROVISION, { body: { target, ...more }, version })).status).toBe(status);
});

test('the password reaches the lifecycle as it is, and no answer', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = { target: 'rescue', rescue_password: ' open sesame ' };
  const answer = await ask('PUT', PROVISION, { body });
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({ verb: 'rescue', rescuePassword: ' open sesame ' });
  expect(JSON.stringify(answer.body)).not.toContain('sesame');
});

test.each([
  {
    body: { target: 'unrescue', rescue_password: 'open sesame' },
    text: '"rescue_password" is only valid when setting target provision state to rescue',
  },
  { body: { target: 'rescue', rescue_password: 'x'.repeat(257) }, text: /has more than 256 characters/ },
  { body: { target: 'rescue', rescue_password: 12_345_678 }, text: /rescue_password/ },
])('is refused without a word of the password: $text', async ({ body, text }) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('PUT', PROVISION, { body });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toMatch(text);
  expect(fault(answer)).not.toContain(String(body.rescue_password).slice(0, 8));
  expect(lifecycle.asked).toEqual([]);
});

test('what is kept of the password is shown masked', async () => {
  const { ask, store } = await apiFixture();
  const hashed = { hashed_rescue_password: '$5$salt$hash' };
  await store.nodes.insert(aNode({ provision_state: 'rescue wait', instance_info: hashed }));
  const { body } = await ask('GET', `/v1/nodes/${NODE}`);
  expect(body.instance_info).toEqual({ hashed_rescue_password: '******' });
});

test.each([
  [
    {},
    {
      result: false,
      reason: `Node ${NODE} is missing 'instance_info/rescue_password'. It is required for rescuing node.`,
    },
  ],
  [{ instance_info: { hashed_rescue_password: '$5$salt$hash' } }, { result: true }],
  [
    { interfaces: { rescue: 'no-rescue' } },
    { result: false, reason: 'Driver redfish does not support rescue (disabled or not implemented).' },
  ],
  [{ driver: 'fake-hardware' }, { result: true }],
])('validate says of a node with %j: %j', async (fields, verdict) => {
  const { ask, store } = await apiFixture({ drivers: ['redfish', 'fake-hardware'] });
  await store.nodes.insert(aNode(fields));
  const { body } = await ask('GET', `/v1/nodes/${NODE}/validate`);
  expect(body.rescue).toEqual(verdict);
});

test('a node is rescued by the agent unless it has chosen otherwise', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('GET', `/v1/nodes/${NODE}`, { version: '1.38' })).body.rescue_interface).toBe('agent');
  const none = [{ op: 'add', path: '/rescue_interface', value: 'no-rescue' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body: none })).body.rescue_interface).toBe('no-rescue');
});
