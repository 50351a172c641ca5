import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

test.each([
  { state: 'inspect wait', version: '1.40', status: 406 },
  { state: 'inspect wait', version: '1.41', status: 202 },
  { state: 'clean wait', version: '1.13', status: 202 },
  { state: 'wait call-back', version: '1.13', status: 202 },
  { state: 'clean wait', version: '1.12', status: 406 },
] as const)('abort in $state at $version is answered $status', async ({ state, version, status }) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: state }));
  const answer = await ask('PUT', `/v1/nodes/${NODE}/states/provision`, {
    body: { target: 'abort' },
    version,
  });
  expect(answer.status).toBe(status);
  expect(lifecycle.asked).toHaveLength(status === 202 ? 1 : 0);
  if (status === 406) expect(fault(answer)).toBe('Request not acceptable.');
});
