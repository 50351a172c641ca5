import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const OTHER = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';
const GROUP = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a12';

test('a group moves to no node where a job is at work', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  await store.portgroups.insert({ uuid: GROUP, node_uuid: NODE, name: 'bond' });
  await store.nodes.insert(aNode({ uuid: OTHER, name: 'rack1-08', maintenance: true }));
  await store.jobs.insert({ node_uuid: OTHER, verb: 'active', steps: [{ name: 'x', args: {} }] });
  const move = [{ op: 'replace', path: '/node_uuid', value: OTHER }];
  const answer = await ask('PATCH', '/v1/portgroups/bond', { body: move });
  expect([answer.status, fault(answer)]).toEqual([
    409,
    expect.stringContaining(`Node ${OTHER} is locked by`),
  ]);
  expect((await ask('GET', `/v1/portgroups/${GROUP}`)).body.node_uuid).toBe(NODE);
});
