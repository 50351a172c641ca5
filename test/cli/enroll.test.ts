import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnrollFile } from '../../src/cli/enroll-file.ts';
import { daemonFixture, runNode } from './fixtures.ts';

const TWO_NODES = `
nodes:
  - name: rack1-07
    driver: redfish
    driver_info:
      redfish_address: https://10.30.0.7
      redfish_password: hunter2
    properties: { capabilities: "boot_mode:uefi" }
    ports:
      - { address: "52:54:00:12:34:56", physical_network: pxe }
  - name: rack1-08
    driver: redfish
    ports: [{ address: "52-54-00-12-34-57", pxe_enabled: false }]
`;

test('a file enrolls its nodes with their ports; once more says what exists already', async () => {
  const { node, store, folder } = await daemonFixture();
  const file = join(folder, 'nodes.yaml');
  writeFileSync(file, TWO_NODES);
  const first = await node('enroll', file);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toMatch(
    /^nodes\[0\] \(rack1-07\): enrolled as \S+ with 1 port\nnodes\[1\] \(rack1-08\): enrolled as/,
  );
  expect(
    (await store.ports.list()).map((port) => [port.address, port.pxe_enabled, port.physical_network]),
  ).toEqual([
    ['52:54:00:12:34:56', true, 'pxe'],
    ['52:54:00:12:34:57', false, null],
  ]);
  const again = await node('enroll', file, '--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.out).nodes).toMatchObject([{ result: 'exists' }, { result: 'exists' }]);
  expect(await store.nodes.list({})).toHaveLength(2);
});

test('a node that fails leaves nothing of itself, and the others are enrolled', async () => {
  const { node, store, folder } = await daemonFixture();
  const file = join(folder, 'nodes.json');
  const ports = (address: string) => [{ address }];
  const nodes = [
    { name: 'a', driver: 'redfish', ports: ports('52:54:00:00:00:01') },
    { name: 'b', driver: 'fax', ports: ports('52:54:00:00:00:02') },
    { name: 'c', driver: 'redfish', ports: ports('52:54:00:00:00:03') },
  ];
  writeFileSync(file, JSON.stringify({ nodes }));
  const { code, err } = await node('enroll', file);
  expect(code).toBe(1);
  expect(err).toMatch(/^nodes\[1\] \(b\): No valid host was found\. .*fax.*\n.*redfish.*\n$/);
  expect((await store.nodes.list({})).map((one) => one.name)).toEqual(['a', 'c']);
  expect(await store.ports.list()).toHaveLength(2);
});

test('a MAC that is none is refused by the daemon, and the entry is named', async () => {
  const { node, folder } = await daemonFixture();
  const file = join(folder, 'nodes.yaml');
  writeFileSync(file, 'nodes: [{driver: redfish, name: a, ports: [{address: zz}]}]');
  const { code, err } = await node('enroll', file);
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^nodes\[0\] \(a\): Expected valid MAC address for ports\.0\.address: zz/),
  ]);
});

test('a known name with another MAC is no repetition but a conflict', async () => {
  const { node, folder } = await daemonFixture();
  const file = join(folder, 'nodes.yaml');
  writeFileSync(file, TWO_NODES);
  await node('enroll', file);
  writeFileSync(file, TWO_NODES.replace('34:56', '34:99'));
  const { code, err } = await node('enroll', file);
  expect([code, err]).toEqual([1, expect.stringContaining('without the port 52:54:00:12:34:99')]);
});

test('one node from options, its password from a file', async () => {
  const { node, store, folder } = await daemonFixture();
  const secret = join(folder, 'password');
  writeFileSync(secret, 'hunter2\n');
  const bmc = [
    '--bmc',
    'https://10.30.0.7',
    '--username',
    'root',
    '--password-file',
    secret,
    '--verify-ca',
    'false',
  ];
  const macs = ['--mac', '52:54:00:12:34:56', '--mac', '52:54:00:12:34:57', '--network', 'pxe'];
  const { code, out } = await node('enroll', '--name', 'n1', ...bmc, ...macs, '--boot-mode', 'bios');
  expect(code).toBe(0);
  expect(out).not.toContain('hunter2');
  expect(await store.nodes.find('n1')).toMatchObject({
    driver: 'redfish',
    driver_info: {
      redfish_address: 'https://10.30.0.7',
      redfish_username: 'root',
      redfish_password: 'hunter2',
      redfish_verify_ca: false,
    },
    properties: { capabilities: 'boot_mode:bios' },
  });
  expect(await store.ports.list()).toHaveLength(2);
});

test('a machine that is nowhere needs no BMC, any other does', async () => {
  const { node, store } = await daemonFixture({ drivers: ['redfish', 'fake-hardware'] });
  expect((await node('enroll', '--name', 'n1', '--driver', 'fake-hardware')).code).toBe(0);
  expect(await store.nodes.find('n1')).toMatchObject({ driver: 'fake-hardware', driver_info: {} });
  expect(await node('enroll', '--name', 'n2', '--driver', 'idrac')).toMatchObject({
    code: 2,
    err: expect.stringContaining('Give --bmc: the driver idrac needs it'),
  });
});

test('a driver that there is not is refused with the list of those there are', async () => {
  const { node } = await daemonFixture({ drivers: ['redfish', 'fake-hardware'] });
  const { code, err } = await node('enroll', '--name', 'n1', '--driver', 'fake');
  expect([code, err]).toEqual([1, expect.stringContaining('Drivers here are: redfish, fake-hardware.')]);
});

test.each(['https://admin:pw@10.30.0.7', 'admin:pw@10.30.0.7'])('the BMC %s is refused', async (bmc) => {
  const { node, store } = await daemonFixture();
  const { code, err } = await node('enroll', '--name', 'n1', '--bmc', bmc);
  expect(code).toBe(2);
  expect(err).toContain('is seen by everybody: give --username and --password-file');
  expect(await store.nodes.find('n1')).toBeNull();
});

test.each([
  {
    argv: ['enroll', '--user', 'x'],
    says: 'There is no option --user: did you mean --username?\nUsage: ingot',
  },
  { argv: ['list', '--colour'], says: 'There is no option --colour: `--help` tells all\n' },
  { argv: ['--url', 'x', 'list'], says: '--url stands before the command: options follow it\n' },
])('$argv is told in a plain sentence', async ({ argv, says }) => {
  const { code, err } = await runNode(argv, '');
  expect(code).toBe(2);
  expect(err).toContain(says);
});

test('the ways that UEFI machines boot are options too', async () => {
  const { node, store } = await daemonFixture();
  const bmc = ['--bmc', 'https://10.30.0.7'];
  expect(await node('enroll', '--name', 'n1', ...bmc, '--boot-mode', 'uefi', '--secure-boot')).toMatchObject({
    code: 0,
  });
  expect(await node('enroll', '--name', 'n2', ...bmc, '--boot-interface', 'http-ipxe')).toMatchObject({
    code: 0,
  });
  expect(await store.nodes.find('n1')).toMatchObject({
    properties: { capabilities: 'boot_mode:uefi,secure_boot:true' },
    interfaces: {},
  });
  expect(await store.nodes.find('n2')).toMatchObject({ properties: {}, interfaces: { boot: 'http-ipxe' } });
});

test.each([
  { name: 'no YAML', content: 'nodes: [', text: 'nodes.yaml is neither YAML nor JSON' },
  {
    name: 'two documents',
    content: 'nodes: []\n---\nnodes: []\n',
    text: 'nodes.yaml holds several YAML documents',
  },
  {
    name: 'an alias of nothing',
    content: 'nodes: *nowhere',
    text: 'nodes.yaml: an alias cannot be followed',
  },
  { name: 'no nodes', content: '{}', text: 'nodes.yaml: nodes is missing' },
  {
    name: 'another top-level key',
    content: 'nodes: [{driver: x}]\nchassis: []',
    text: 'nodes.yaml: the file has chassis, which is nothing that is known here',
  },
  {
    name: 'no driver',
    content: 'nodes: [{driver: x}, {name: b}]',
    text: 'nodes.yaml: nodes[1].driver is missing',
  },
  {
    name: 'a port without its MAC',
    content: 'nodes: [{driver: x, ports: [{}]}]',
    text: 'nodes[0].ports[0].address is missing',
  },
  {
    name: 'a name that YAML takes for a number',
    content: 'nodes: [{driver: x, name: 7}]',
    text: 'nodes.yaml: nodes[0].name must be text, not 7',
  },
  {
    name: 'one node where a list belongs',
    content: 'nodes: {driver: x}',
    text: 'nodes.yaml: nodes must be a list, not a set of keys',
  },
  { name: 'an empty list', content: 'nodes: []', text: 'nodes.yaml: nodes is empty' },
  {
    name: 'a number that JSON has not',
    content: 'nodes: [{driver: x, properties: {cpus: .inf}}]',
    text: 'nodes.yaml: nodes[0].properties holds what JSON cannot say: write it in quotes',
  },
  {
    name: 'a MAC twice',
    content:
      'nodes: [{driver: x, ports: [{address: "52:54:00:00:00:01"}]}, {driver: x, ports: [{address: "52:54:00:00:00:01"}]}]',
    text: 'nodes[1] and nodes[0] both have 52:54:00:00:00:01',
  },
  {
    name: 'a name twice',
    content: 'nodes: [{driver: x, name: a}, {driver: x, name: a}]',
    text: 'nodes[1] (a) and nodes[0] (a) both have name a',
  },
])('a file with $name is refused with the place of the mistake', ({ content, text }) => {
  expect(() => readEnrollFile(content, 'nodes.yaml')).toThrow(text);
});

test('a file that is not there is exit code 1 with its name', async () => {
  const { node } = await daemonFixture();
  expect(await node('enroll', '/no/such/file')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Cannot read /no/such/file'),
  });
});
