/** `PUT states/power`: which requests reach the lifecycle, and what is asked of it. */
import { expect, test } from 'vitest';
import { aNode, apiFixture, NODE } from '../fixtures.ts';

test('power targets reach the lifecycle, others are refused', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const url = `/v1/nodes/rack1-07/states/power`;
  expect((await ask('PUT', url, { body: { target: 'soft power off', timeout: 60 } })).status).toBe(202);
  expect((await ask('PUT', url, { body: { target: 'power on' } })).status).toBe(202);
  expect(lifecycle.asked).toEqual([
    { method: 'requestPower', arguments: [NODE, 'soft power off', { timeoutS: 60 }] },
    { method: 'requestPower', arguments: [NODE, 'power on', { timeoutS: null }] },
  ]);
  expect((await ask('PUT', url, { body: { target: 'explode' } })).status).toBe(400);
});

test.each([0, -1, 1.5, 3_601])('no power target is given %d seconds', async (timeout) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = { target: 'power on', timeout };
  expect((await ask('PUT', '/v1/nodes/rack1-07/states/power', { body })).status).toBe(400);
  expect(lifecycle.asked).toEqual([]);
});

test.each([
  [{ target: 'soft power off' }, '1.26', 406],
  [{ target: 'soft rebooting' }, '1.26', 406],
  [{ target: 'power off', timeout: 60 }, '1.26', 406],
  [{ target: 'power off', timeout: null }, '1.26', 202],
  [{ target: 'power off' }, '1.26', 202],
  [{ target: 'soft rebooting', timeout: 60 }, '1.27', 202],
])('power with %j at %s is answered %d', async (body, version, status) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('PUT', '/v1/nodes/rack1-07/states/power', { body, version })).status).toBe(status);
});
