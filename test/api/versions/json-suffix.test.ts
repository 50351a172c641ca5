/** `.json` behind a path: passed over up to 1.90, a part of the name from 1.91 on. */
import { expect, test } from 'vitest';
import { withoutJsonSuffix } from '../../../src/api/json-suffix.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';
import { OTHER, withTokens } from '../with-tokens.ts';

const at = (version: string) => ({ 'x-openstack-ironic-api-version': version });

test.each([
  ['/v1/nodes/a.json', '1.90', '/v1/nodes/a'],
  ['/v1/nodes/a.json/', '1.90', '/v1/nodes/a'],
  ['/v1/nodes.json?name=a.json', '1.1', '/v1/nodes?name=a.json'],
  ['/v1/nodes?name=a.json', '1.1', '/v1/nodes?name=a.json'],
  ['/v1/nodes/a.json/states', '1.90', '/v1/nodes/a.json/states'],
  ['/v1/nodes/a.json.json', '1.90', '/v1/nodes/a.json'],
  ['/v1.json', '1.90', '/v1'],
  ['/v1/nodes/a.json', '1.91', '/v1/nodes/a.json'],
  ['/v1/nodes/a.json', 'latest', '/v1/nodes/a.json'],
  ['/openapi.json', '1.90', '/openapi.json'],
  ['/ingot/v1/nodes/a.json', '1.90', '/ingot/v1/nodes/a.json'],
])('%s at %s is %s', (url, version, expected) => {
  expect(withoutJsonSuffix(url, at(version))).toBe(expected);
});

test('a request that names no version has the suffix passed over, with and without /v1', async () => {
  const { app, store } = await apiFixture();
  await store.nodes.insert(aNode());
  for (const url of [
    '/v1/nodes.json',
    '/nodes.json',
    `/v1/nodes/${NODE}.json`,
    `/v1/nodes/${NODE}/states.json`,
  ])
    expect([url, (await app.inject({ method: 'GET', url })).statusCode]).toEqual([url, 200]);
});

test('from 1.91 on a name is what it says', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('GET', '/v1/nodes/rack1-07.json', { version: '1.91' });
  expect([answer.status, fault(answer)]).toEqual([404, 'Node rack1-07.json could not be found.']);
  expect((await ask('GET', '/v1/nodes.json', { version: '1.91' })).status).toBe(404);
});

test.each(['1.90', '1.91'])(
  'a node whose name ends in .json is found, changed and deleted at %s',
  async (version) => {
    const { ask, store } = await apiFixture();
    await store.nodes.insert(aNode({ name: 'rack.json' }));
    const path = '/v1/nodes/rack.json';
    const body = [{ op: 'add', path: '/extra/a', value: 1 }];
    expect((await ask('GET', path, { version })).body.uuid).toBe(NODE);
    expect((await ask('PATCH', path, { version, body })).body.extra).toEqual({ a: 1 });
    expect((await ask('DELETE', path, { version })).status).toBe(204);
    const gone = await ask('GET', path, { version });
    expect([gone.status, fault(gone)]).toEqual([404, 'Node rack.json could not be found.']);
  },
);

test('the node that bears the name without the suffix goes before the one that bears it whole', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ name: 'rack.json' }));
  await store.nodes.insert(aNode({ uuid: OTHER, name: 'rack' }));
  expect((await ask('GET', '/v1/nodes/rack.json', { version: '1.90' })).body.uuid).toBe(OTHER);
  expect((await ask('GET', '/v1/nodes/rack.json', { version: '1.91' })).body.uuid).toBe(NODE);
});

test('allocations and deploy templates with such names are found', async () => {
  const { ask } = await apiFixture();
  await ask('POST', '/v1/allocations', { body: { name: 'web.json', resource_class: 'big' } });
  expect((await ask('GET', '/v1/allocations/web.json', { version: '1.90' })).body.name).toBe('web.json');
  const steps = [{ interface: 'bios', step: 'factory_reset', args: {}, priority: 10 }];
  await ask('POST', '/v1/deploy_templates', { body: { name: 'CUSTOM_A', steps } });
  expect((await ask('GET', '/v1/deploy_templates/CUSTOM_A.json', { version: '1.90' })).body.name).toBe(
    'CUSTOM_A',
  );
});

test('a node of others is answered as one that is not there, with the suffix too', async () => {
  const { ask, as } = await withTokens();
  const headers = await as('reader', 'blue');
  for (const name of ['rack1-08', 'rack1-09']) {
    const answer = await ask('GET', `/v1/nodes/${name}.json`, { headers, version: '1.90' });
    expect([answer.status, fault(answer)]).toEqual([404, `Node ${name}.json could not be found.`]);
  }
});
