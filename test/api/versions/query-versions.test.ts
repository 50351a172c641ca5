/** What may be asked of a list, and which verbs there are, by microversion (ironic/api/controllers/v1/versions.py). */
import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const QUERIES: readonly { since: number; query: string }[] = [
  { since: 8, query: 'fields=uuid' },
  { since: 9, query: 'provision_state=enroll' },
  { since: 16, query: 'driver=redfish' },
  { since: 21, query: 'resource_class=big' },
  { since: 42, query: 'fault=power%20failure' },
  { since: 46, query: 'conductor_group=' },
  { since: 49, query: 'conductor=ingot' },
  { since: 50, query: 'owner=blue' },
  { since: 65, query: 'lessee=green' },
  { since: 82, query: 'shard=east' },
  { since: 82, query: 'sharded=True' },
  { since: 83, query: `parent_node=${NODE}` },
  { since: 83, query: 'include_children=True' },
];

test.each(QUERIES)('nodes are asked for by $query since 1.$since', async ({ since, query }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const old = await ask('GET', `/v1/nodes?${query}`, { version: `1.${since - 1}` });
  expect([old.status, fault(old)]).toEqual([406, expect.stringMatching(/^Request not acceptable\./)]);
  for (const minor of [since, 96])
    expect((await ask('GET', `/v1/nodes?${query}`, { version: `1.${minor}` })).status).toBe(200);
});

test('a list in detail is asked for since 1.43, in another sentence before', async () => {
  const { ask } = await apiFixture();
  const old = await ask('GET', '/v1/nodes?detail=True', { version: '1.42' });
  expect([old.status, fault(old)]).toEqual([400, 'Invalid query parameter ?detail=True received.']);
  expect((await ask('GET', '/v1/nodes?detail=True', { version: '1.43' })).status).toBe(200);
});

const VERBS: Readonly<Record<string, number>> = {
  manage: 4,
  provide: 4,
  inspect: 6,
  abort: 13,
  clean: 15,
  adopt: 17,
  rescue: 38,
  unrescue: 38,
  deploy: 73,
  undeploy: 73,
  unhold: 85,
  service: 87,
};

test.each(Object.entries(VERBS))('the verb %s is there since 1.%i', async (target, since) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const steps = [{ interface: 'deploy', step: 'erase_devices', args: {} }];
  const body = {
    target,
    ...(target === 'clean' ? { clean_steps: steps } : {}),
    ...(target === 'service' ? { service_steps: steps } : {}),
    ...(target === 'rescue' ? { rescue_password: 'open sesame' } : {}),
  };
  const put = (minor: number) =>
    ask('PUT', `/v1/nodes/${NODE}/states/provision`, { body, version: `1.${minor}` });
  const old = await put(since - 1);
  expect([old.status, fault(old), lifecycle.asked]).toEqual([406, 'Request not acceptable.', []]);
  expect((await put(since)).status).toBe(202);
});

const RESOURCES: readonly { since: number; path: string; before: number }[] = [
  { since: 23, path: '/v1/portgroups', before: 404 },
  { since: 32, path: '/v1/volume', before: 404 },
  { since: 49, path: '/v1/conductors', before: 404 },
  { since: 52, path: '/v1/allocations', before: 404 },
  { since: 55, path: '/v1/deploy_templates', before: 404 },
  { since: 82, path: '/v1/shards', before: 404 },
  { since: 92, path: '/v1/runbooks', before: 404 },
  { since: 96, path: '/v1/inspection_rules', before: 404 },
  { since: 24, path: `/v1/nodes/${NODE}/portgroups`, before: 404 },
  { since: 28, path: `/v1/nodes/${NODE}/vifs`, before: 404 },
  { since: 32, path: `/v1/nodes/${NODE}/volume`, before: 404 },
  { since: 37, path: `/v1/nodes/${NODE}/traits`, before: 406 },
  { since: 40, path: `/v1/nodes/${NODE}/bios`, before: 404 },
  { since: 78, path: `/v1/nodes/${NODE}/history`, before: 404 },
  { since: 86, path: `/v1/nodes/${NODE}/firmware`, before: 404 },
  { since: 83, path: `/v1/nodes/${NODE}/children`, before: 404 },
];

test.each(RESOURCES)('$path is there since 1.$since', async ({ since, path, before }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const at = async (minor: number): Promise<number> =>
    (await ask('GET', path, { version: `1.${minor}` })).status;
  expect([await at(since - 1), await at(since), await at(96)]).toEqual([before, 200, 200]);
});
