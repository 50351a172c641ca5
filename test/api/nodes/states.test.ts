import { expect, test } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const STEP = { interface: 'raid', step: 'tune', args: {}, priority: 70 };
const PROVISION = `/v1/nodes/${NODE}/states/provision`;

test('GET states shows the states and no more', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'active', power_state: 'power on' }));
  const { body } = await ask('GET', '/v1/nodes/rack1-07/states');
  expect(body).toEqual({
    boot_mode: null,
    console_enabled: false,
    last_error: null,
    power_state: 'power on',
    provision_state: 'active',
    provision_updated_at: null,
    raid_config: {},
    secure_boot: null,
    target_power_state: null,
    target_provision_state: null,
    target_raid_config: {},
  });
});

test.each([
  { target: 'active', verb: 'active' },
  { target: 'deploy', verb: 'active' },
  { target: 'undeploy', verb: 'deleted' },
  { target: 'rebuild', verb: 'rebuild' },
  { target: 'abort', verb: 'abort' },
])('the target "$target" asks the lifecycle for "$verb"', async ({ target, verb }) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('PUT', PROVISION, { body: { target } })).status).toBe(202);
  expect(lifecycle.asked).toEqual([{ method: 'requestVerb', arguments: [NODE, { verb }] }]);
});

test('a config drive arrives parsed, user data that is an object as JSON text', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const configdrive = {
    meta_data: { hostname: 'h1' },
    user_data: { packages: ['vim'] },
    network_data: { links: [] },
  };
  expect((await ask('PUT', PROVISION, { body: { target: 'active', configdrive } })).status).toBe(202);
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({
    verb: 'active',
    configdrive: { ...configdrive, user_data: '{"packages":["vim"]}' },
  });
});

test.each([
  [undefined, null],
  [[], null],
  [[NODE], [NODE]],
])('a step for child nodes limited to %j arrives as one for %j', async (limit, only) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const children = { execute_on_child_nodes: true, limit_child_node_execution: limit };
  const body = { target: 'clean', clean_steps: [{ step: 'power_off', ...children }] };
  expect((await ask('PUT', PROVISION, { body })).status).toBe(202);
  expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({
    steps: [{ step: 'power_off', onChildren: { only } }],
  });
});

test('deploy steps arrive with their priorities as numbers, work without a ramdisk as that', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const step = { interface: 'raid', step: 'tune', args: { level: 1 } };
  const body = { target: 'rebuild', deploy_steps: [{ ...step, priority: '70' }] };
  expect((await ask('PUT', PROVISION, { body })).status).toBe(202);
  const steps = [{ interface: null, step: 'reboot', args: {} }];
  const clean = { target: 'clean', clean_steps: [{ step: 'reboot' }], disable_ramdisk: true };
  expect((await ask('PUT', PROVISION, { body: clean })).status).toBe(202);
  expect(lifecycle.asked.map(({ arguments: [, request] }) => request)).toEqual([
    { verb: 'rebuild', deploySteps: [{ ...step, priority: 70 }] },
    { verb: 'clean', steps, withoutRamdisk: true },
  ]);
});

test.each([
  { since: 69, body: { target: 'active', deploy_steps: [STEP] } },
  { since: 70, body: { target: 'clean', clean_steps: [{ step: 'hold' }], disable_ramdisk: false } },
  { since: 92, body: { target: 'clean', runbook: 'CUSTOM_BOOK' } },
])('$body needs 1.$since', async ({ since, body }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('PUT', PROVISION, { body, version: `1.${since - 1}` })).status).toBe(406);
  expect((await ask('PUT', PROVISION, { body, version: `1.${since}` })).status).not.toBe(406);
});

test('a config drive of seven megabytes is taken', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const configdrive = { user_data: 'x'.repeat(7 << 20) };
  expect((await ask('PUT', PROVISION, { body: { target: 'active', configdrive } })).status).toBe(202);
});

test.each([
  { name: 'no target', body: {}, status: 400, text: 'Missing mandatory parameter: target' },
  { name: 'no body', body: undefined, status: 400, text: 'Missing mandatory parameter: target' },
  {
    name: 'an unknown target',
    body: { target: 'fly' },
    status: 400,
    text: `The requested action "fly" can not be performed on node "${NODE}" while it is in state "enroll".`,
  },
  {
    name: 'a packed config drive that is cut off',
    body: { target: 'active', configdrive: 'H4sIAAAA' },
    status: 400,
    text: 'The config drive cannot be used: it cannot be unpacked',
  },
  {
    name: 'a config drive that is no gzip',
    body: { target: 'active', configdrive: 'aGVsbG8=' },
    status: 400,
    text: 'The config drive cannot be used: its base64 holds no gzip file',
  },
  {
    name: 'a config drive that is nothing',
    body: { target: 'active', configdrive: '{"meta_data": {}}' },
    status: 400,
    text: 'Invalid configdrive format: it is neither a JSON, nor a URL, nor a base64 string',
  },
  {
    name: 'a config drive in a file of ours',
    body: { target: 'active', configdrive: 'file:///etc/shadow' },
    status: 400,
    text: 'The config drive cannot be used: its URL is no http:// or https:// one that ingot can read',
  },
  {
    name: 'a config drive for inspect',
    body: { target: 'inspect', configdrive: { meta_data: {} } },
    status: 400,
    text: 'Adding a config drive is only supported when setting provision state to active, rebuild',
  },
  {
    name: 'clean steps for provide',
    body: { target: 'provide', clean_steps: [{ interface: 'deploy', step: 'x' }] },
    status: 400,
    text: '"clean_steps" is only valid when setting target provision state to clean',
  },
  {
    name: 'no steps to clean by',
    body: { target: 'clean' },
    status: 400,
    text: '"clean_steps" is required when setting target provision state to clean',
  },
  {
    name: 'a step that has another shape',
    body: { target: 'clean', clean_steps: [{ interface: 'deploy', priority: 10 }] },
    status: 400,
    text: /step/,
  },
  ...(['clean', 'service'] as const).map((target) => ({
    name: `257 steps of ${target}`,
    body: { target, [`${target}_steps`]: Array(257).fill({ step: 'hold' }) },
    status: 400,
    text: /at most 256 steps can be asked for at once/,
  })),
  {
    name: 'a clean step of an interface that there is not',
    body: { target: 'clean', clean_steps: [{ interface: 'disks', step: 'erase' }] },
    status: 400,
    text: /an interface of steps is one of network, vendor/,
  },
  {
    name: 'a runbook',
    body: { target: 'provide', runbook: 'CUSTOM_BOOK' },
    status: 400,
    text: '"runbook" is only valid when setting target provision state to clean or service',
  },
  {
    name: 'a runbook and steps',
    body: { target: 'clean', clean_steps: [{ step: 'hold' }], runbook: 'CUSTOM_BOOK' },
    status: 400,
    text: 'Please provide either "clean_steps" or a runbook, but not both.',
  },
  {
    name: 'an unknown runbook',
    body: { target: 'clean', runbook: 'CUSTOM_BOOK' },
    status: 404,
    text: 'Runbook CUSTOM_BOOK could not be found.',
  },
  {
    name: 'providing without a ramdisk',
    body: { target: 'provide', disable_ramdisk: true },
    status: 400,
    text: 'disable_ramdisk is supported only with manual cleaning or servicing',
  },
  {
    name: 'deploy steps for clean',
    body: {
      target: 'manage',
      deploy_steps: [{ interface: 'deploy', step: 'x', args: {}, priority: 1 }],
    },
    status: 400,
    text: '"deploy_steps" is only valid when setting target provision state to active or rebuild',
  },
  {
    name: 'a deploy step without a priority',
    body: { target: 'active', deploy_steps: [{ interface: 'raid', step: 'tune', args: {} }] },
    status: 400,
    text: "Schema error for provision: 'priority' is a required property",
  },
  {
    name: 'a deploy step of no interface that has steps',
    body: { target: 'active', deploy_steps: [{ interface: 'boot', step: 'x', args: {}, priority: 1 }] },
    status: 400,
    text: /an interface of steps is one of vendor, power, /,
  },
  {
    name: 'an unknown argument',
    body: { target: 'manage', bogus: 1 },
    status: 400,
    text: 'Unexpected arguments: bogus',
  },
])('PUT states/provision with $name: $status', async ({ body, status, text }) => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('PUT', PROVISION, body === undefined ? {} : { body });
  expect(answer.status).toBe(status);
  if (typeof text === 'string') expect(fault(answer)).toBe(text);
  else expect(fault(answer)).toMatch(text);
  expect(lifecycle.asked).toEqual([]);
});

test.each([
  ['manage', '1.3', 406],
  ['manage', '1.4', 202],
  ['active', '1.1', 202],
  ['deploy', '1.72', 406],
  ['service', '1.86', 406],
])('the target %s at %s answers %d', async (target, version, status) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect((await ask('PUT', PROVISION, { body: { target }, version })).status).toBe(status);
});

test("the lifecycle's refusal reaches the client with its status, sentence and hint", async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  lifecycle.refuseWith = new IngotError('node_locked', `Node ${NODE} is locked`, { hint: 'Wait.' });
  const answer = await ask('PUT', PROVISION, { body: { target: 'manage' } });
  expect(answer.status).toBe(409);
  expect(JSON.parse(answer.body.error_message)).toMatchObject({
    faultstring: `Node ${NODE} is locked`,
    hint: 'Wait.',
  });
});

test('a defect of ours is 500 without its details', async () => {
  const { ask, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  lifecycle.why = async () => {
    throw new TypeError('cannot read properties of hunter2');
  };
  const answer = await ask('GET', `/ingot/v1/nodes/${NODE}/why`);
  expect(answer.status).toBe(500);
  expect(JSON.stringify(answer.body)).not.toContain('hunter2');
  expect(fault(answer)).toContain(String(answer.headers['openstack-request-id']));
});

test('maintenance is set with its reason and cleared with it, and both are told', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  expect(await ask('PUT', '/v1/nodes/rack1-07/maintenance', { body: { reason: 'fan' } })).toMatchObject({
    status: 202,
    body: '',
  });
  expect(await store.nodes.get(NODE)).toMatchObject({ maintenance: true, maintenance_reason: 'fan' });
  expect((await ask('DELETE', '/v1/nodes/rack1-07/maintenance')).status).toBe(202);
  expect(await store.nodes.get(NODE)).toMatchObject({ maintenance: false, maintenance_reason: null });
  expect((await store.events.list({})).map((event) => event.kind)).toEqual([
    'maintenance.on',
    'maintenance.off',
  ]);
});

test("a reason cannot colour the history's reader; the field is as it was sent", async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const reason = '\x1b[31mfan\x07';
  await ask('PUT', '/v1/nodes/rack1-07/maintenance', { body: { reason } });
  expect((await store.events.list({})).map((event) => event.message)).toEqual([
    expect.not.stringMatching(/\p{Cc}/u),
  ]);
  expect(await store.nodes.get(NODE)).toMatchObject({ maintenance_reason: reason });
});

test('reservation names us while a job is at work, and is free while it waits', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'cleaning' }));
  const job = await store.jobs.insert({
    node_uuid: NODE,
    verb: 'provide',
    steps: [{ name: 'erase', args: {} }],
  });
  const read = async (): Promise<unknown> => (await ask('GET', `/v1/nodes/${NODE}`)).body;
  expect(await read()).toMatchObject({
    reservation: 'ingot',
    clean_step: { step: 'erase' },
    deploy_step: {},
  });
  await store.jobs.update(job.id, { waiting_for: 'the ramdisk' });
  expect(await read()).toMatchObject({ reservation: null });
});

test.each([
  { name: 'manage of a node in enroll', url: PROVISION, target: 'manage', asked: false },
  { name: 'power on', url: `/v1/nodes/${NODE}/states/power`, target: 'power on', asked: false },
  { name: 'inspect', url: PROVISION, target: 'inspect', asked: true },
])('$name with driver_info that no driver can use reaches the lifecycle: $asked', async (given) => {
  const refusal = new IngotError('invalid_input', 'driver_info/redfish_address is missing', {
    hint: 'Set it.',
  });
  const { ask, store, lifecycle } = await apiFixture({
    checkDriverInfo: () => {
      throw refusal;
    },
  });
  await store.nodes.insert(aNode({ provision_state: 'enroll' }));
  const answer = await ask('PUT', given.url, { body: { target: given.target } });
  expect(answer.status).toBe(given.asked ? 202 : 400);
  expect(lifecycle.asked).toHaveLength(given.asked ? 1 : 0);
  if (!given.asked) expect(fault(answer)).toBe(refusal.message);
});
