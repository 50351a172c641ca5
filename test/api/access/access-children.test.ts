/** The right to a node is none to its children: those that a step names are asked for one by one. */
import { expect, test } from 'vitest';
import { aNode, fault, NODE } from '../fixtures.ts';
import { OTHER, withTokens } from '../with-tokens.ts';

const MINE = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a21';
const NOBODY = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a22';

test.each([
  { who: 'its owner', project: 'blue', names: 'a child that is its owner’s too', child: MINE, status: 202 },
  { who: 'its owner', project: 'blue', names: 'a node of others', child: OTHER, status: 404 },
  { who: 'its owner', project: 'blue', names: 'no node', child: NOBODY, status: 404 },
  { who: 'its lessee', project: 'green', names: 'a child of its owner', child: MINE, status: 404 },
  { who: 'the site', project: null, names: 'a node of others', child: OTHER, status: 202 },
  { who: 'the site', project: null, names: 'no node', child: NOBODY, status: 404 },
])('$who, naming $names, is answered $status', async ({ project, child, status }) => {
  const { ask, store, as, lifecycle } = await withTokens();
  await store.nodes.insert(aNode({ uuid: MINE, name: 'blade-1', owner: 'blue', parent_node: NODE }));
  const steps = [{ step: 'reboot', execute_on_child_nodes: true, limit_child_node_execution: [child] }];
  const answer = await ask('PUT', `/v1/nodes/${NODE}/states/provision`, {
    body: { target: 'clean', clean_steps: steps },
    headers: await as('admin', project),
  });
  expect(answer.status).toBe(status);
  if (status === 404) expect(fault(answer)).toBe(`Node ${child} could not be found.`);
  expect(lifecycle.asked).toHaveLength(status === 202 ? 1 : 0);
});
