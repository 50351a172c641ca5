import { expect, test } from 'vitest';
import type { BmcTrouble } from '../../src/store/records/node.ts';
import { aNode, NODE } from '../api/fixtures.ts';
import { INVENTORY } from '../lifecycle/fakes/inventory.ts';
import { daemonFixture, runNode } from './fixtures.ts';

test('show tells states, BMC without its secret, ports and the report of the OS', async () => {
  const { node, store, ask } = await daemonFixture();
  const lcm = {
    reported_at: '2026-11-22T12:00:00.000Z',
    status: 'up',
    message: null,
    hostname: 'h1',
    addresses: ['10.40.0.7'],
  };
  await store.nodes.insert(aNode({ provision_state: 'active', lcm }));
  await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: '52:54:00:12:34:56' } });
  const { code, out } = await node('show', 'rack1-07');
  expect(code).toBe(0);
  expect(out).toMatch(/^state +active$/m);
  expect(out).toMatch(/^driver_info\/redfish_password +\*{6}$/m);
  expect(out).toMatch(/^port +52:54:00:12:34:56, boots$/m);
  expect(out).toMatch(/^OS report +.*"hostname":"h1"/m);
  const json = JSON.parse((await node('show', 'rack1-07', '--json')).out);
  expect(json).toMatchObject({ node: { uuid: NODE }, ports: [{ address: '52:54:00:12:34:56' }], job: null });
});

test('a part of another node is listed like any other, and shown with whose it is', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({}));
  const part = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a21';
  await store.nodes.insert(aNode({ uuid: part, name: 'dpu-1', parent_node: NODE, owner: 'blue' }));
  expect((await node('list')).out).toMatch(/^dpu-1 /m);
  const { out } = await node('show', 'dpu-1');
  expect(out).toMatch(/^owner +blue$/m);
  expect(out).toMatch(new RegExp(`^part of +${NODE}$`, 'm'));
  expect(out).not.toMatch(/^lessee/m);
});

test('trouble with its BMC is shown of a node, and remarked in the list', async () => {
  const { node, store } = await daemonFixture();
  const bmc_trouble: BmcTrouble = {
    kind: 'credentials',
    since: '2026-11-22T12:00:00.000Z',
    message: 'BMC 10.30.0.5 does not accept the login',
    hint: 'Check the password.',
  };
  await store.nodes.insert(aNode({ provision_state: 'active', bmc_trouble }));
  const told =
    /^BMC +credentials since 2026-11-22T12:00:00.000Z: BMC 10\.30\.0\.5 does not accept the login$/m;
  expect((await node('show', 'rack1-07')).out).toMatch(told);
  expect((await node('list')).out).toMatch(/ active +- +BMC: credentials$/m);
  await store.nodes.update(NODE, { bmc_trouble: null });
  expect((await node('show', 'rack1-07')).out).toMatch(/^BMC +no trouble known$/m);
});

test('the list tells what each node is doing, or why it stopped', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploying' }));
  const other = { uuid: '11111111-2222-4333-8444-555555555555', name: 'b', last_error: 'no disk matches' };
  await store.nodes.insert(aNode({ ...other, provision_state: 'deploy failed' }));
  const steps = ['prepare', 'write_image'].map((name) => ({ name, args: {} }));
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps });
  await store.jobs.update(job.id, {
    cursor: 1,
    progress: { percent: 45.2, bytes_done: 1 << 29, bytes_total: 1 << 30 },
  });
  const { out } = await node('list');
  expect(out).toMatch(/rack1-07 .* deploying +- +step 2 of 2, write_image, 45 % \(512 MiB of 1\.0 GiB\)/);
  expect(out).toMatch(/^b .* deploy failed +- +no disk matches$/m);
  expect(JSON.parse((await node('list', '--json', '--state', 'deploying')).out).nodes).toHaveLength(1);
});

test.each([
  { last_error: 'The disk /dev/sda is gone. Look at the cable.', shown: 'The disk /dev/sda is gone.' },
  { last_error: 'first line\nsecond line', shown: 'first line' },
  { last_error: 'x'.repeat(80), shown: 'x'.repeat(80) },
  { last_error: 'x'.repeat(81), shown: `${'x'.repeat(79)}…` },
])('the list tells of an error only its first sentence, at most 80 characters: $shown', async (row) => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploy failed', last_error: row.last_error }));
  const [, line = ''] = (await node('list')).out.split('\n');
  expect(line.split(/ {2,}/).at(-1)).toBe(row.shown);
});

test('what the API refuses is exit code 1, with sentence and hint', async () => {
  const { node } = await daemonFixture();
  const plain = await node('show', 'nobody');
  expect(plain).toMatchObject({ code: 1, out: '' });
  expect(plain.err).toMatch(/^ingot: Node nobody could not be found\.\n.*node list/);
  const json = await node('show', 'nobody', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'not_found' } });
});

test.each([
  { argv: ['show', ''], text: 'A word is empty' },
  { argv: ['delete', ''], text: 'A word is empty' },
  { argv: ['provide', ''], text: 'A word is empty' },
  { argv: ['power', 'off', ''], text: 'A word is empty' },
  { argv: ['watch', ''], text: 'A word is empty' },
  {
    argv: ['list', '--state', 'bogus'],
    text: 'There is no state "bogus"; there are enroll, verifying, manageable',
  },
])('$argv is a mistake of usage', async ({ argv, text }) => {
  const { node } = await daemonFixture();
  expect(await node(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(text) });
});

test('why is one paragraph', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect(await node('why', 'rack1-07')).toEqual({
    code: 0,
    out: 'The node is in "inspect wait". It waits for the ramdisk.\n',
    err: '',
  });
});

test.each([
  ['manage', 'manage'],
  ['inspect', 'inspect'],
  ['provide', 'provide'],
  ['undeploy', 'deleted'],
  ['abort', 'abort'],
])('node %s asks for "%s"', async (word, verb) => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node(word, 'rack1-07')).code).toBe(0);
  expect(lifecycle.asked).toEqual([{ method: 'requestVerb', arguments: [NODE, { verb }] }]);
});

test('--wait follows the node to its goal and tells each step once', async () => {
  const { store, url } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'inspecting', target_provision_state: 'manageable' }));
  const steps = [{ name: 'boot_ramdisk', args: {} }];
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'inspect', steps });
  const told: string[] = [];
  const onErr = (text: string): void => {
    told.push(text);
    if (told.length > 1) return;
    void store.transaction(async (queries) => {
      await queries.jobs.update(job.id, { status: 'done' });
      await queries.nodes.update(NODE, { provision_state: 'manageable', target_provision_state: null });
    });
  };
  const { code, out } = await runNode(['inspect', 'rack1-07', '--wait', '--timeout', '30'], url, { onErr });
  expect({ code, out }).toEqual({ code: 0, out: 'rack1-07: manageable.\n' });
  expect(told).toEqual([
    expect.stringContaining('rack1-07: inspecting: step 1 of 1, boot_ramdisk'),
    'rack1-07: manageable\n',
  ]);
});

test('--wait ends with exit code 1 and the reason when the node fails', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploy failed', last_error: 'The checksum is wrong' }));
  const { code, err } = await node('rebuild', 'rack1-07', '--wait');
  expect(code).toBe(1);
  expect(err).toContain('rebuild ended in "deploy failed": The checksum is wrong');
});

test('--wait gives up after its time, while the job goes on', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'cleaning', target_provision_state: 'available' }));
  const { code, err } = await node('provide', 'rack1-07', '--wait', '--timeout', '1');
  expect([code, err]).toEqual([1, expect.stringContaining('is still in "cleaning" after 1 s')]);
});

test('power, maintenance and delete', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node('power', 'cycle', 'rack1-07')).code).toBe(0);
  expect(lifecycle.asked).toEqual([
    { method: 'requestPower', arguments: [NODE, 'rebooting', { timeoutS: null }] },
  ]);
  expect((await node('power', 'explode', 'rack1-07')).code).toBe(2);
  expect((await node('maintenance', 'rack1-07', 'on', '--reason', 'fan')).code).toBe(0);
  expect(await store.nodes.get(NODE)).toMatchObject({ maintenance: true, maintenance_reason: 'fan' });
  expect((await node('show', 'rack1-07')).out).toMatch(/^maintenance +fan$/m);
  expect((await node('maintenance', 'rack1-07', 'off')).code).toBe(0);
  expect((await node('delete', 'rack1-07')).out).toBe('rack1-07 is deleted.\n');
  expect(await store.nodes.list({})).toEqual([]);
});

test('inventory tells the disks apart, and all that was found as JSON', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  const never = await node('inventory', 'rack1-07');
  expect(never).toMatchObject({ code: 1, err: expect.stringContaining('`ingot node inspect rack1-07`') });
  const disk = {
    name: '/dev/sda',
    size: 480 * 2 ** 30,
    model: 'SSD',
    serial: 'S1',
    wwn: '0x5',
    hctl: '0:0:0:0',
  };
  const inventory = { ...JSON.parse(JSON.stringify(INVENTORY)), disks: [disk, { name: '/dev/sdb' }] };
  await store.inventories.put(NODE, inventory, {});
  const { code, out } = await node('inventory', 'rack1-07');
  expect(code).toBe(0);
  expect(out).toMatch(/^CPUs +2 x86_64 QEMU$/m);
  expect(out).toMatch(/^\/dev\/sda +480\.0 GiB +SSD +S1 +0x5 +-$/m);
  expect(out).toMatch(/^\/dev\/sdb +- +- +- +- +-$/m);
  expect(out).toMatch(/^eth0 +52:54:00:00:00:01 +link$/m);
  expect(JSON.parse((await node('inventory', 'rack1-07', '--json')).out)).toEqual({
    inventory,
    plugin_data: {},
  });
});

test('an inventory of another agent, with little in it and that of another shape, is shown as far as it goes', async () => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  await store.inventories.put(NODE, { cpu: { count: 'two' }, disks: 'none', memory: null }, {});
  expect(await node('inventory', 'rack1-07')).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringMatching(/^CPUs +-\nmemory +-\nboot mode +-\n\nNo disks\.\n\nNo NICs\.\n$/m),
  });
});
