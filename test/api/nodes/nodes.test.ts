import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const OTHER = '11111111-2222-4333-8444-555555555555';

test('a created node is on disk, told as an event, and its password is never shown', async () => {
  const { ask, store } = await apiFixture();
  const body = {
    name: 'n1',
    driver: 'redfish',
    driver_info: { redfish_password: 'hunter2', nested: { api_key: 'k' } },
  };
  const answer = await ask('POST', '/v1/nodes', { body });
  expect(answer.status).toBe(201);
  expect(answer.headers.location).toMatch(new RegExp(`/v1/nodes/${answer.body.uuid}$`));
  expect(answer.body.driver_info).toEqual({ redfish_password: '******', nested: { api_key: '******' } });
  expect((await store.nodes.get(answer.body.uuid))?.driver_info).toEqual(body.driver_info);
  const events = await store.events.list({});
  expect(events).toMatchObject([{ kind: 'node.created', node_uuid: answer.body.uuid }]);
  expect(JSON.stringify(events)).not.toContain('hunter2');
});

test.each([
  {
    name: 'an unknown field',
    body: { driver: 'redfish', bogus: 1 },
    status: 400,
    text: "Schema error for node: Additional properties are not allowed ('bogus' was unexpected)",
  },
  {
    name: 'two unknown fields',
    body: { driver: 'redfish', a: 1, b: 2 },
    status: 400,
    text: "Schema error for node: Additional properties are not allowed ('a', 'b' were unexpected)",
  },
  {
    name: 'an unknown driver',
    body: { driver: 'fax' },
    status: 400,
    text: 'No valid host was found. Reason: No conductor service registered which supports driver fax for conductor group "".',
  },
  {
    name: 'no driver',
    body: { name: 'x' },
    status: 400,
    text: "Schema error for node: 'driver' is a required property",
  },
  {
    name: 'a name with a space',
    body: { driver: 'redfish', name: 'a b' },
    status: 400,
    text: /^Cannot create node with invalid name/,
  },
  {
    name: 'a name like a uuid',
    body: { driver: 'redfish', name: OTHER },
    status: 400,
    text: /^Cannot create node with invalid name/,
  },
  {
    name: 'a name taken',
    body: { driver: 'redfish', name: 'rack1-07' },
    status: 409,
    text: 'A node with name rack1-07 already exists.',
  },
  {
    name: 'the mask as a password',
    body: { driver: 'redfish', driver_info: { redfish_password: '******' } },
    status: 400,
    text: /mask/,
  },
  {
    name: 'an interface that is not ours',
    body: { driver: 'redfish', raid_interface: 'agent' },
    status: 400,
    text: "Could not find the following interface in the 'ironic.hardware.interfaces.raid' entrypoint: agent. Valid interfaces are ['no-raid', 'redfish'].",
  },
  { name: 'a list instead of an object', body: [], status: 400, text: /^Schema error for node: / },
  { name: 'JSON cut off', body: '{"driver": "red', status: 400, text: /./ },
  {
    name: 'a poisoned prototype',
    body: '{"driver": "redfish", "extra": {"__proto__": {"x": 1}}}',
    status: 400,
    text: /./,
  },
])('POST with $name is refused: $status', async ({ body, status, text }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('POST', '/v1/nodes', { body });
  expect(answer.status).toBe(status);
  if (typeof text === 'string') expect(fault(answer)).toBe(text);
  else expect(fault(answer)).toMatch(text);
  expect(await store.nodes.list({})).toHaveLength(1);
});

test("an error body is a JSON text inside JSON, with our hint beside Ironic's words", async () => {
  const { ask } = await apiFixture();
  const { body, status } = await ask('GET', '/v1/nodes/nobody');
  expect(status).toBe(404);
  expect(JSON.parse(body.error_message)).toEqual({
    faultcode: 'Client',
    faultstring: 'Node nobody could not be found.',
    debuginfo: null,
    code: 'not_found',
    hint: expect.stringContaining('ingot node list'),
  });
});

test('a body above one MiB is 413, in the same shape', async () => {
  const { ask } = await apiFixture();
  const answer = await ask('POST', '/v1/nodes', {
    body: { driver: 'redfish', extra: { x: 'y'.repeat(1 << 20) } },
  });
  expect(answer.status).toBe(413);
  expect(fault(answer)).not.toBe('');
});

test('a node is found by uuid or name; anything else is told to be neither', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('GET', `/v1/nodes/${NODE}`)).body.name).toBe('rack1-07');
  expect((await ask('GET', '/v1/nodes/rack1-07')).body.uuid).toBe(NODE);
  const answer = await ask('GET', '/v1/nodes/bad%20name');
  expect([answer.status, fault(answer)]).toEqual([400, 'Expected UUID or name for node: bad name']);
});

test('fields= shows what is asked for, and the links always', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const { body } = await ask('GET', '/v1/nodes/rack1-07?fields=UUID,provision_state');
  expect(Object.keys(body)).toEqual(['uuid', 'provision_state', 'links']);
  const wrong = await ask('GET', '/v1/nodes/rack1-07?fields=foo');
  expect([wrong.status, fault(wrong)]).toEqual([400, 'Field foo is not a valid field.']);
});

test.each([
  ['enroll', 204],
  ['manageable', 204],
  ['available', 204],
  ['adopt failed', 204],
  ['active', 409],
  ['deploying', 409],
  ['clean wait', 409],
] as const)('DELETE in state "%s" answers %d', async (provision_state, status) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state }));
  expect((await ask('DELETE', `/v1/nodes/${NODE}`)).status).toBe(status);
  expect(await store.nodes.get(NODE)).toEqual(status === 204 ? null : expect.anything());
});

test('DELETE in maintenance works in any state, also under a job that runs, and says which', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploying', maintenance: true, instance_uuid: OTHER }));
  const steps = [{ name: 'write_image', args: {} }];
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps });
  expect((await ask('DELETE', `/v1/nodes/${NODE}`)).status).toBe(204);
  expect([await store.nodes.get(NODE), await store.jobs.get(job.id)]).toEqual([null, null]);
  expect((await store.events.list({ order: 'desc', limit: 1 }))[0]).toMatchObject({
    kind: 'node.deleted',
    message: 'Node rack1-07 was deleted with its 0 ports, while the job "active" worked on it',
  });
});

test.each([
  { provision_state: 'deploying', abort: false },
  { provision_state: 'wait call-back', abort: true },
] as const)('DELETE under a job in $provision_state says to wait', async (given) => {
  const { ask, store } = await apiFixture();
  const { abort, ...fields } = given;
  await store.nodes.insert(aNode(fields));
  await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps: [{ name: 'write-image', args: {} }] });
  const { status, body } = await ask('DELETE', `/v1/nodes/${NODE}`);
  const { hint } = JSON.parse(body.error_message) as { readonly hint: string };
  expect(status).toBe(409);
  expect(hint).toMatch(/wait until the job has ended \(ingot node watch rack1-07\)/i);
  expect(hint.includes('abort')).toBe(abort);
  expect(hint).not.toContain('undeploy');
});

test.each([
  [{ provision_state: 'clean hold' }, 'A step holds it. `ingot node unhold rack1-07` lets its job go on'],
  [{ provision_state: 'active' }, 'First: ingot node undeploy rack1-07 (it gives up the OS on the disk)'],
  [
    { provision_state: 'active', instance_uuid: OTHER },
    'First: ingot node undeploy rack1-07 (it gives up the OS on the disk)',
  ],
  [{ provision_state: 'available', instance_uuid: OTHER }, 'First: ingot node unset rack1-07 instance_uuid'],
  [{ provision_state: 'clean failed' }, 'First: ingot node manage rack1-07'],
] as const)('DELETE of a node with %j names the command that helps there', async (fields, way) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode(fields));
  const { status, body } = await ask('DELETE', `/v1/nodes/${NODE}`);
  expect(status).toBe(409);
  expect(JSON.parse(body.error_message)).toMatchObject({ hint: expect.stringContaining(way) });
});

test('a node that an instance is associated with is not deleted', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ instance_uuid: OTHER }));
  const answer = await ask('DELETE', `/v1/nodes/${NODE}`);
  expect([answer.status, fault(answer)]).toEqual([409, `Node ${NODE} is associated with instance ${OTHER}.`]);
});

test('a wrong method is 405 with what is allowed, a wrong path 404 in the routing shape', async () => {
  const { ask } = await apiFixture();
  const wrongMethod = await ask('PUT', '/v1/nodes');
  expect([wrongMethod.status, wrongMethod.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  const wrongPath = await ask('GET', '/v1/unicorns');
  expect(JSON.parse(wrongPath.body.error_message)).toEqual({
    code: 404,
    title: 'Not Found',
    description: '',
  });
});

test.each(['/v1/nodes/%', '/v1/nodes/%ff%fe', `/v1/nodes/${'x'.repeat(300)}`, '/v1/nodes/a/b/c', '/%00'])(
  'the malformed path %s is an error of the client, never of ours',
  async (url) => {
    const { ask } = await apiFixture();
    const { status } = await ask('GET', url);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  },
);

test('a body that is no JSON is refused, an empty one of any media type is none', async () => {
  const { ask } = await apiFixture();
  const form = await ask('POST', '/v1/nodes', {
    body: 'driver=redfish',
    headers: { 'content-type': 'text/plain' },
  });
  expect([form.status, fault(form)]).toEqual([400, 'A body of type "text/plain" is not taken here']);
  const headers = { 'content-type': 'application/octet-stream', 'content-length': '0' };
  expect((await ask('DELETE', '/v1/nodes/nobody', { headers })).status).toBe(404);
});

test('the step at work is shown with its arguments, and no secret among them', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'clean wait' }));
  const step = { interface: 'raid', step: 'create_configuration', args: { level: '1', password: 'hunter2' } };
  const { id } = await store.jobs.insert({
    node_uuid: NODE,
    verb: 'clean',
    steps: [{ name: 'clean-step', args: { step } }],
  });
  const shown = { ...step, priority: 0, args: { level: '1', password: '******' } };
  expect((await ask('GET', `/v1/nodes/${NODE}`)).body.clean_step).toEqual(shown);
  // As Ironic shows that it stops after a step that must not be cut.
  await store.jobs.update(id, { abort: 'after_step' });
  expect((await ask('GET', `/v1/nodes/${NODE}`)).body.clean_step).toEqual({ ...shown, abort_after: true });
});

test('a node whose fields were written when more was taken is patched elsewhere, and in them only to good ones', async () => {
  const { ask, store } = await apiFixture();
  const old = { network_data: { links: [] }, interfaces: { boot: 'pxe-of-old' } };
  await store.nodes.insert(aNode({ provision_state: 'manageable' }));
  await store.nodes.update(NODE, old);
  const patch = (path: string, value: unknown) =>
    ask('PATCH', `/v1/nodes/${NODE}`, { body: [{ op: 'add', path, value }] });
  expect(await patch('/extra/slot', '2')).toMatchObject({
    status: 200,
    body: { extra: { slot: '2' }, network_data: { links: [] } },
  });
  expect((await patch('/power_interface', 'redfish')).status).toBe(200);
  expect((await store.nodes.find(NODE))?.interfaces).toEqual({ boot: 'pxe-of-old', power: 'redfish' });
  expect((await patch('/network_data/networks', [])).status).toBe(400);
  expect((await patch('/network_data', { links: [], networks: [], services: [] })).status).toBe(200);
  expect((await patch('/boot_interface', 'http-ipxe')).status).toBe(200);
  expect((await store.nodes.find(NODE))?.interfaces).toEqual({ boot: 'http-ipxe', power: 'redfish' });
});
