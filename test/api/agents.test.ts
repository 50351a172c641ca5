import { expect, test } from 'vitest';
import { createBootApi, createLcmApi } from '../../src/api/api.ts';
import { IngotError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { aNode, apiFixture, askApp, fault, NODE } from './fixtures.ts';

async function agentApis() {
  const { store, lifecycle } = await apiFixture();
  await store.nodes.insert(
    aNode({ instance_info: { configdrive: 'secret', image_source: 'http://u:pw@h/i' } }),
  );
  const deps = { lifecycle, log: createLog('silent') };
  return { lifecycle, boot: createBootApi(deps), lcm: createLcmApi(deps) };
}

const BEAT = {
  callback_url: 'https://10.20.1.7:9999',
  agent_token: 'TOKEN',
  agent_version: '1.0',
  agent_verify_ca: 'PEM',
};

test('the boot listener has what an agent needs and nothing of the operators', async () => {
  const { boot } = await agentApis();
  expect((await askApp(boot, { method: 'GET', url: '/' })).status).toBe(200);
  expect(Object.keys((await askApp(boot, { method: 'GET', url: '/v1' })).body)).toContain('lookup');
  for (const url of ['/v1/nodes', '/v1/ports', '/v1/events', '/metrics', '/ingot/v1/status']) {
    expect((await askApp(boot, { method: 'GET', url })).status, url).toBe(404);
  }
});

test('look-up passes on the MACs that are MACs, and masks what the agent must not see', async () => {
  const { boot, lifecycle } = await agentApis();
  const url = `/v1/lookup?addresses=52:54:00:12:34:56,80:00:02:08:fe:80::1,AA-BB-CC-DD-EE-FF&node_uuid=${NODE}`;
  const headers = { 'x-ingot-ticket': 'TICKET' };
  const answer = await askApp(boot, { method: 'GET', url, headers });
  expect(lifecycle.asked[0]?.arguments).toEqual([
    {
      macs: ['52:54:00:12:34:56', 'aa:bb:cc:dd:ee:ff'],
      node_uuid: NODE,
      call: { address: '127.0.0.1', isPrivate: false, ticket: 'TICKET' },
    },
  ]);
  expect(answer.body.node.instance_info).toEqual({
    configdrive: '******',
    image_source: 'http://u:******@h/i',
  });
  expect(answer.body.config).toMatchObject({ agent_token: 'TOKEN', heartbeat_timeout: 300 });
});

test('a heartbeat reaches the lifecycle whole', async () => {
  const { boot, lifecycle } = await agentApis();
  const answer = await askApp(boot, {
    method: 'POST',
    url: `/v1/heartbeat/${NODE}`,
    body: BEAT,
    version: '1.68',
  });
  expect(answer).toMatchObject({ status: 202, body: '' });
  expect(lifecycle.asked).toEqual([
    {
      method: 'agentHeartbeat',
      arguments: [NODE, { ...BEAT, agent_status: null, agent_status_message: null }],
    },
  ]);
});

test.each([
  {
    name: 'no token',
    body: { ...BEAT, agent_token: undefined },
    text: /Agent token is required for heartbeat processing\./,
  },
  {
    name: 'a callback that is no HTTP URL',
    body: { ...BEAT, callback_url: 'file:///etc/passwd' },
    text: /http or https/,
  },
  { name: 'nothing', body: {}, text: /./ },
])('a heartbeat with $name is 400', async ({ body, text }) => {
  const { boot, lifecycle } = await agentApis();
  const answer = await askApp(boot, { method: 'POST', url: `/v1/heartbeat/${NODE}`, body });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toMatch(text);
  expect(lifecycle.asked).toEqual([]);
});

test('an inspection body keeps what ingot does not know, and leaves out the packed logs', async () => {
  const { boot, lifecycle } = await agentApis();
  const inventory = {
    interfaces: [
      {
        name: 'e0',
        mac_address: '52-54-00-12-34-56',
        has_carrier: true,
        lldp: [[1, '04aa']],
        client_id: 'x',
      },
    ],
    cpu: { count: 4, architecture: 'x86_64', frequency: 2100 },
    disks: [{ name: '/dev/sda', size: 10, tran: 'sata' }],
    memory: { total: 1024, physical_mb: 1024 },
    boot: { current_boot_mode: 'uefi', pxe_interface: '52:54:00:12:34:56' },
  };
  const body = {
    inventory,
    boot_interface: '52:54:00:12:34:56',
    error: null,
    logs: 'H4sI',
    root_disk: { name: '/dev/sda' },
  };
  const url = '/v1/continue_inspection';
  const answer = await askApp(boot, { method: 'POST', url, body, version: '1.1' });
  expect(answer).toMatchObject({ status: 202, body: { uuid: NODE } });
  expect(lifecycle.asked[0]?.arguments[0]).toMatchObject({
    boot_interface: '52:54:00:12:34:56',
    error: null,
    plugin_data: { root_disk: { name: '/dev/sda' } },
    inventory: {
      interfaces: [{ mac_address: '52:54:00:12:34:56', ipv4_address: null, client_id: 'x' }],
      cpu: { frequency: '2100', flags: [] },
      disks: [{ tran: 'sata', serial: null }],
    },
  });
  expect(JSON.stringify(lifecycle.asked)).not.toContain('H4sI');
});

test.each([
  ['no boot mode', { boot: { pxe_interface: null } }],
  ['an odd one', { boot: { current_boot_mode: 'csm', pxe_interface: null } }],
  ['nothing of boot and memory', { boot: null, memory: null }],
])('an inventory that tells %s says nothing of the boot mode', async (_, parts) => {
  const { boot, lifecycle } = await agentApis();
  const inventory = { interfaces: [], cpu: { count: 1, architecture: 'x86_64' }, disks: [], ...parts };
  const answer = await askApp(boot, { method: 'POST', url: '/v1/continue_inspection', body: { inventory } });
  expect(answer.status).toBe(202);
  expect(lifecycle.asked[0]?.arguments[0]).toMatchObject({
    inventory: { boot: { current_boot_mode: null } },
  });
});

test('an inspection body without an inventory is 400, of 17 MiB is 413', async () => {
  const { boot } = await agentApis();
  const url = '/v1/continue_inspection';
  expect((await askApp(boot, { method: 'POST', url, body: { error: 'x' } })).status).toBe(400);
  expect((await askApp(boot, { method: 'POST', url, body: { logs: 'x'.repeat(17 << 20) } })).status).toBe(
    413,
  );
});

test('a deployed system reports with the token of its config drive', async () => {
  const { lcm, lifecycle } = await agentApis();
  const url = `/lcm/v1/nodes/${NODE}/status`;
  const body = { status: 'up', hostname: 'h1', addresses: ['10.40.0.7'] };
  const answer = await askApp(lcm, {
    method: 'POST',
    url,
    body,
    headers: { authorization: 'Bearer abc-_123' },
  });
  expect(answer).toMatchObject({ status: 204, body: '' });
  expect(lifecycle.asked).toEqual([
    { method: 'lcmStatus', arguments: [NODE, 'abc-_123', { ...body, message: null }] },
  ]);
});

test('a report without a token is 401 and asks for one; with a wrong one it is what the lifecycle says', async () => {
  const { lcm, lifecycle } = await agentApis();
  const url = `/lcm/v1/nodes/${NODE}/status`;
  const without = await askApp(lcm, { method: 'POST', url, body: { status: 'up' } });
  expect([without.status, without.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect(lifecycle.asked).toEqual([]);
  lifecycle.refuseWith = new IngotError('unauthorized', 'The token is not the one of this deployment', {
    hint: '',
  });
  const wrong = await askApp(lcm, {
    method: 'POST',
    url,
    body: { status: 'up' },
    headers: { authorization: 'Bearer no' },
  });
  expect(wrong.status).toBe(401);
});

test.each([
  { name: 'no status', body: {} },
  { name: 'a field too many', body: { status: 'up', extra: 1 } },
  { name: 'addresses that are no list', body: { status: 'up', addresses: 'x' } },
])('a report with $name is 400', async ({ body }) => {
  const { lcm } = await agentApis();
  const url = `/lcm/v1/nodes/${NODE}/status`;
  const headers = { authorization: 'Bearer x' };
  expect((await askApp(lcm, { method: 'POST', url, body, headers })).status).toBe(400);
});

test('the LCM listener serves nothing else', async () => {
  const { lcm } = await agentApis();
  for (const url of ['/', '/v1', '/v1/nodes', '/v1/lookup']) {
    expect((await askApp(lcm, { method: 'GET', url })).status, url).toBe(404);
  }
});
