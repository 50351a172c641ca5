/** What ingot's API has beyond Ironic's. */
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { NEVER_MS } from '../../src/lifecycle/engine/never.ts';
import type { BmcTrouble } from '../../src/store/records/node.ts';
import { stoppedClock } from '../store/temporary-store.ts';
import { aNode, apiFixture, fakeDhcp, fault, NODE } from './fixtures.ts';

const other_servers = [
  { network: 'pxe', address: '10.20.0.5', mac: null, last_seen: '2026-11-22T13:00:00.000Z' },
];
const PORTS = [{ address: '52:54:00:12:34:56', physical_network: 'pxe' }, { address: '52:54:00:12:34:57' }];
const ENROLL = {
  name: 'rack1-07',
  driver: 'redfish',
  driver_info: { redfish_password: 'hunter2' },
  ports: PORTS,
};

const UNREACHABLE: BmcTrouble = {
  kind: 'unreachable',
  since: '2026-11-22T12:00:00.000Z',
  message: 'BMC 10.30.0.5 does not answer',
  hint: 'Check the cable.',
};

test('an enrolment is one node with its ports, told as one event', async () => {
  const { ask, store } = await apiFixture();
  const { status, body } = await ask('POST', '/ingot/v1/nodes', { body: ENROLL });
  expect(status).toBe(201);
  expect(body.node).toMatchObject({ name: 'rack1-07', driver_info: { redfish_password: '******' } });
  expect(body.ports).toMatchObject([
    { physical_network: 'pxe', node_uuid: body.node.uuid },
    { physical_network: null },
  ]);
  expect(await store.events.list({})).toMatchObject([
    { kind: 'node.created', data: { macs: PORTS.map((port) => port.address) } },
  ]);
});

test('an enrolment with one port that is taken leaves nothing behind', async () => {
  const { ask, store } = await apiFixture();
  await ask('POST', '/ingot/v1/nodes', { body: { ...ENROLL, name: 'first', ports: [PORTS[1]] } });
  const answer = await ask('POST', '/ingot/v1/nodes', { body: ENROLL });
  expect([answer.status, fault(answer)]).toEqual([
    409,
    'A port with MAC address 52:54:00:12:34:57 already exists.',
  ]);
  expect((await store.nodes.list({})).map((node) => node.name)).toEqual(['first']);
  expect(await store.ports.list()).toHaveLength(1);
});

test.each([
  {
    name: 'a wrong MAC',
    body: { ...ENROLL, ports: [{ address: 'xy' }] },
    text: /^Expected valid MAC address for ports\.0\.address/,
  },
  {
    name: 'a multicast MAC',
    body: { ...ENROLL, ports: [{ address: '01:00:5e:00:00:01' }] },
    text: /multicast/,
  },
  {
    name: 'an unknown boot mode',
    body: { ...ENROLL, properties: { capabilities: 'cpu_vt:true,boot_mode:efi' } },
    text: /boot_mode "efi" is not bios or uefi/,
  },
  {
    name: 'an unknown iPXE build',
    body: { ...ENROLL, properties: { ipxe_program: 'pxelinux.0' } },
    text: /ipxe_program: "pxelinux\.0" is no build of iPXE that ingot knows/,
  },
  { name: 'an unknown field of the node', body: { ...ENROLL, bogus: 1 }, text: /'bogus' was unexpected/ },
  {
    name: 'an unknown field of a port',
    body: { ...ENROLL, ports: [{ ...PORTS[0], node_uuid: NODE }] },
    text: /'node_uuid' was unexpected/,
  },
])('an enrolment with $name is 400', async ({ body, text }) => {
  const { ask } = await apiFixture();
  const answer = await ask('POST', '/ingot/v1/nodes', { body });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toMatch(text);
});

test("why is the lifecycle's answer with the node's name", async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const { body } = await ask('GET', '/ingot/v1/nodes/rack1-07/why');
  expect(body).toMatchObject({
    uuid: NODE,
    name: 'rack1-07',
    text: expect.stringContaining('waits for the ramdisk'),
  });
});

test('the job tells step, percent, bytes and times, and keeps its scratch to itself', async () => {
  const start = Date.UTC(2026, 10, 22, 12);
  const { ask, store } = await apiFixture({ clock: stoppedClock(start + 90_000) });
  await store.nodes.insert(aNode());
  expect((await ask('GET', '/ingot/v1/nodes/rack1-07/job')).body).toEqual({ job: null });
  const steps = ['prepare', 'write_image', 'boot'].map((name) => ({ name, args: {} }));
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps });
  const progress = { percent: 45, bytes_done: 450, bytes_total: 1000 };
  await store.jobs.update(job.id, { cursor: 1, progress, scratch: { secret: 'hunter2' } });
  const { body } = await ask('GET', '/ingot/v1/nodes/rack1-07/job');
  expect(body.job).toMatchObject({
    verb: 'active',
    step: 'write_image',
    step_number: 2,
    step_count: 3,
    percent: 45,
    progress,
  });
  expect(body.job).toMatchObject({ status: 'running', elapsed_s: 90 });
  expect(JSON.stringify(body)).not.toContain('hunter2');
  expect((await ask('GET', '/ingot/v1/jobs')).body.jobs).toMatchObject([
    { node_uuid: NODE, step: 'write_image' },
  ]);
});

test('a step that no deadline ends shows none, be it a century away on disk', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const job = await store.jobs.insert({
    node_uuid: NODE,
    verb: 'clean',
    steps: [{ name: 'hold', args: {} }],
  });
  const shown = async (deadline: string) => {
    await store.jobs.update(job.id, { deadline });
    return (await ask('GET', '/ingot/v1/nodes/rack1-07/job')).body.job.deadline;
  };
  const begun = Date.parse(job.step_started_at);
  expect(await shown(new Date(begun + NEVER_MS + 1).toISOString())).toBeNull();
  expect(await shown('2026-11-22T13:00:00.000Z')).toBe('2026-11-22T13:00:00.000Z');
});

test("the timeline is the node's own events, oldest first or newest first", async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  for (const message of ['one', 'two', 'three']) {
    await store.events.append({ node_uuid: NODE, kind: 'machine.log', message });
    await store.events.append({ node_uuid: null, kind: 'machine.log', message: 'of nobody' });
  }
  const read = async (query: string): Promise<readonly string[]> =>
    (await ask('GET', `/ingot/v1/nodes/rack1-07/timeline${query}`)).body.events.map(
      (event: { message: string }) => event.message,
    );
  expect(await read('')).toEqual(['one', 'two', 'three']);
  expect(await read('?order=desc&limit=1')).toEqual(['three']);
  expect(await read('?after=1')).toEqual(['two', 'three']);
});

test('status, leases and networks tell what daemon, packet thread and configuration say', async () => {
  const starts_at = '2026-11-22T12:00:00.000Z';
  const until = { starts_at, expires_at: '2026-11-22T13:00:00.000Z' };
  const [mine, other] = ['52:54:00:12:34:56', '52:54:00:12:34:57'];
  const leases = [
    { network: 'pxe', mac: mine, address: '10.20.1.1', hostname: null, state: 'leased', ...until },
    { network: 'pxe', mac: other, address: '10.20.1.2', hostname: 'h', state: 'ended', ...until },
    { network: 'lab', mac: null, address: '10.30.1.1', hostname: null, state: 'declined', ...until },
  ] as const;
  const network = { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16', address: '10.20.0.1', interface: 'eth1' };
  const { ask, store } = await apiFixture({
    packets: async () => ({
      networks: [{ network: 'pxe', leased: 1, offered: 0, declined: 0, free: 9 }],
      other_servers,
      counters: { 'dhcp.malformed': 3 },
    }),
    dhcp: fakeDhcp({ leases: async () => leases }),
    daemon: async () => ({
      listeners: [{ name: 'api', at: '127.0.0.1:6385', problem: null }],
      missing: ['vmlinuz'],
      disk: { free_mib: 12, problem: 'The disk has 0.0 GiB free.' },
    }),
    config: configSchema.parse({ networks: [network] }),
  });
  await store.nodes.insert(aNode({ bmc_trouble: UNREACHABLE }));
  expect((await ask('GET', '/ingot/v1/status')).body).toMatchObject({
    version: '0.1.0',
    listeners: [{ name: 'api' }],
    missing: ['vmlinuz'],
    disk: { free_mib: 12, problem: 'The disk has 0.0 GiB free.' },
    other_dhcp_servers: other_servers,
    counters: { 'dhcp.malformed': 3 },
    leases: 1,
    nodes_by_state: { enroll: 1 },
    bmc_troubles: { unreachable: 1 },
    last_event: 0,
  });
  await ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: mine } });
  const listed = (query: string) => ask('GET', `/ingot/v1/dhcp/leases${query}`);
  expect((await listed('')).body.leases).toMatchObject([
    { address: '10.20.1.1', node: { uuid: NODE, name: 'rack1-07' } },
    { address: '10.20.1.2', node: null },
    { address: '10.30.1.1', node: null },
  ]);
  expect((await listed('?network=pxe&state=ended')).body.leases).toMatchObject([{ mac: other }]);
  expect((await listed(`?mac=${mine.toUpperCase()}`)).body.leases).toMatchObject([{ mac: mine }]);
  expect((await listed('?state=gone')).status).toBe(400);
  expect(fault(await listed('?network=pex'))).toBe('There is no network "pex".');
  // Of one that went from the configuration the leases are still to be found.
  expect((await listed('?network=lab')).body.leases).toHaveLength(1);
  expect((await ask('GET', '/ingot/v1/networks')).body.networks).toMatchObject([
    { name: 'pxe', cidr: '10.20.0.0/16', dhcp: 'off' },
  ]);
  expect((await ask('GET', '/healthz')).body).toEqual({ status: 'ok', version: '0.1.0' });
});

test('metrics count nodes by state and by how their BMCs are, packets by reason, and measure jobs once', async () => {
  const { ask, store } = await apiFixture({
    packets: async () => ({
      networks: [{ network: 'pxe', leased: 3, offered: 1, declined: 0, free: 250 }],
      other_servers,
      counters: { 'dhcp.malformed': 3 },
    }),
  });
  await store.nodes.insert(aNode({ bmc_trouble: UNREACHABLE }));
  const job = await store.jobs.insert({
    node_uuid: NODE,
    verb: 'manage',
    steps: [{ name: 'verify', args: {} }],
  });
  await store.jobs.update(job.id, { status: 'done' });
  await store.events.append({ node_uuid: NODE, kind: 'state.changed', message: 'x' });
  await store.events.append({ node_uuid: NODE, kind: 'job.done', message: 'x' });
  await expect
    .poll(async () => (await ask('GET', '/metrics')).body)
    .toContain('ingot_job_duration_seconds_count{');
  const { body, headers } = await ask('GET', '/metrics');
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of [
    'ingot_nodes{state="enroll"} 1',
    'ingot_nodes{state="active"} 0',
    'ingot_nodes_by_bmc_health{health="ok"} 0',
    'ingot_nodes_by_bmc_health{health="unreachable"} 1',
    'ingot_nodes_by_bmc_health{health="credentials"} 0',
    'ingot_other_dhcp_servers{network="pxe"} 1',
    'ingot_packets_total{service="dhcp",reason="malformed"} 3',
    'ingot_job_duration_seconds_count{verb="manage",status="done"} 1',
    'nodejs_eventloop_lag_seconds',
    'ingot_dhcp_addresses{network="pxe",state="leased"} 3',
    'ingot_dhcp_addresses{network="pxe",state="free"} 250',
    'ingot_discovered_machines 0',
  ]) {
    expect(body).toContain(line);
  }
});

test('drivers are never an empty list, and say what driver_info takes', async () => {
  const { ask } = await apiFixture();
  expect((await ask('GET', '/v1/drivers')).body.drivers).toMatchObject([
    { name: 'redfish', hosts: ['ingot'], type: 'dynamic' },
  ]);
  expect((await ask('GET', '/v1/drivers/redfish/properties')).body).toHaveProperty('redfish_address');
  expect((await ask('GET', '/v1/drivers/fax')).status).toBe(404);
});

test('the inventory is 404 before an inspection, and what was stored after it', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const before = await ask('GET', `/v1/nodes/rack1-07/inventory`);
  expect([before.status, fault(before)]).toEqual([
    404,
    `Node inventory record for node ${NODE} could not be found.`,
  ]);
  await store.inventories.put(NODE, { cpu: { count: 4 } }, { macs: [] });
  expect((await ask('GET', `/v1/nodes/rack1-07/inventory`)).body).toEqual({
    inventory: { cpu: { count: 4 } },
    plugin_data: { macs: [] },
  });
});
