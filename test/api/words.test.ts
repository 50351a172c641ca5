/** How the API words mistakes of form: by the field's place, in the house's words or Ironic's, for any client. */
import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from './fixtures.ts';

const STEP = { interface: 'deploy', step: 'erase_devices', args: {} };
const RUNBOOK = { name: 'CUSTOM_WIPE', steps: [STEP] };

test.each([
  ['POST', '/v1/runbooks', RUNBOOK, "Schema error for runbook: 'order' is a required property"],
  [
    'POST',
    '/v1/runbooks',
    { ...RUNBOOK, steps: [{ ...STEP, order: [] }] },
    'Schema error for runbook: steps.0.order: must be a number or text, not a list',
  ],
  [
    'PUT',
    `/v1/nodes/${NODE}/states/provision`,
    { target: 'active', configdrive: 7 },
    'Schema error for provision: configdrive: must be text or a set of keys, not what stands there',
  ],
  [
    'PUT',
    `/v1/nodes/${NODE}/states/provision`,
    { target: 'active', configdrive: { user_data: 7 } },
    'Schema error for provision: configdrive: user_data must be text or a set of keys or a list, not 7',
  ],
  ['PATCH', `/v1/nodes/${NODE}`, {}, 'Schema error for patch: it must be a list, not a set of keys'],
  [
    'POST',
    '/v1/nodes',
    { driver: 'redfish', driver_info: 'hunter2' },
    'Schema error for node: driver_info: must be a set of keys, not text',
  ],
] as const)('%s %s with %j is refused by the place of the mistake', async (method, url, body, sentence) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'available' }));
  const answer = await ask(method, url, { body, version: '1.92' });
  expect([answer.status, fault(answer)]).toEqual([400, sentence]);
});

test('the hint names the place, and no command to clients that have none', async () => {
  const { ask } = await apiFixture();
  const { body } = await ask('POST', '/v1/runbooks', { body: RUNBOOK, version: '1.92' });
  const { hint } = JSON.parse(body.error_message) as { readonly hint: string };
  expect(hint).toBe(
    'Correct "steps.0.order" and ask again. GET /openapi.json tells what each request takes.',
  );
});

test('a key that could reach a prototype is named, and what is no JSON is called so', async () => {
  const { ask } = await apiFixture();
  const headers = { 'content-type': 'application/json' };
  const key = await ask('POST', '/v1/nodes', { body: '{"properties":{"__proto__":{}}}', headers });
  expect([key.status, fault(key)]).toEqual([400, expect.stringContaining('a key "__proto__"')]);
  const torn = await ask('POST', '/v1/nodes', { body: '{"properties":', headers });
  expect([torn.status, fault(torn)]).toEqual([400, expect.stringContaining('not valid JSON')]);
});

test('a body that is too large is told how large one may be', async () => {
  const { ask } = await apiFixture();
  const { status, body } = await ask('POST', '/v1/nodes', { body: { extra: { a: 'x'.repeat(1 << 20) } } });
  expect(status).toBe(413);
  expect(JSON.parse(body.error_message)).toMatchObject({ hint: 'At most 1 MiB are taken here.' });
});
