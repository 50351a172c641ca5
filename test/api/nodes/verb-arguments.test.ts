import { expect, test } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const PROVISION = `/v1/nodes/${NODE}/states/provision`;

test('what the state refuses is said before what is wrong with the arguments, as in Ironic', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const wrong = { target: 'clean', bogus: 1 };
  expect(fault(await ask('PUT', PROVISION, { body: wrong }))).toBe('Unexpected arguments: bogus');
  lifecycle.refuseWith = new IngotError('invalid_state', 'not in this state', { hint: '' });
  expect(fault(await ask('PUT', PROVISION, { body: wrong }))).toBe('not in this state');
});

test('empty arguments of other verbs count as none, as in Ironic', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = {
    target: 'manage',
    clean_steps: [],
    deploy_steps: [],
    configdrive: {},
    rescue_password: null,
  };
  expect((await ask('PUT', PROVISION, { body })).status).toBe(202);
  expect(lifecycle.asked.map(({ arguments: [, request] }) => request)).toEqual([
    { verb: 'manage', steps: [] },
  ]);
});

test.each([
  [{ meta_data: {} }, '1.55', 400],
  [{ meta_data: {} }, '1.56', 202],
  [{ vendor_data: {} }, '1.58', 400],
  [{ vendor_data: {} }, '1.59', 202],
  ['H4sIAAAAAAACA0tUKMvPKc1NBQCtKoa+CAAAAA==', '1.1', 202],
])('the config drive %j at %s answers %d', async (configdrive, version, status) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'available' }));
  const answer = await ask('PUT', PROVISION, { body: { target: 'active', configdrive }, version });
  expect(answer.status).toBe(status);
});

test('a packed drive that is too large is told how large one may be', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'available' }));
  const configdrive = `H4sI${'A'.repeat(4 * 1024 ** 2)}`;
  const answer = await ask('PUT', PROVISION, { body: { target: 'active', configdrive } });
  expect(answer.status).toBe(413);
  expect(fault(answer)).toBe('The text of the packed config drive is longer than 4 MiB');
});

test.each([
  ['1.34', 400],
  ['1.35', 202],
])('a rebuild with a config drive at %s answers %d, as in Ironic', async (version, status) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'active' }));
  const configdrive = 'http://drives/n1';
  const answer = await ask('PUT', PROVISION, { body: { target: 'rebuild', configdrive }, version });
  expect(answer.status).toBe(status);
  if (status === 202)
    expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({ verb: 'rebuild', configdrive });
  else
    expect(fault(answer)).toBe(
      'Adding a config drive is only supported when setting provision state to active',
    );
});
