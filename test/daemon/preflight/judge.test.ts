/** What `ingot preflight` makes of what it sees. */
import { describe, expect, it, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { judgeBuffers } from '../../../src/daemon/preflight/buffers.ts';
import { judgeCapabilities } from '../../../src/daemon/preflight/capabilities.ts';
import { judgeInterfaces } from '../../../src/daemon/preflight/interfaces.ts';
import { judgeServers } from '../../../src/daemon/preflight/other-dhcp.ts';
import { judgePorts } from '../../../src/daemon/preflight/ports.ts';
import { programName } from '../../../src/daemon/preflight/program-name.ts';
import { parseSockets } from '../../../src/daemon/preflight/sockets.ts';
import { judgeSpace } from '../../../src/daemon/preflight/state-folder.ts';

const config = configSchema.parse({
  networks: [
    {
      name: 'pxe',
      role: 'pxe',
      interface: 'eth1',
      cidr: '10.20.0.0/16',
      address: '10.20.0.1',
      dhcp: 'authoritative',
    },
    { name: 'oob', role: 'oob', cidr: '10.30.0.0/24' },
  ],
});

/** As ss of iproute2 6.1 prints it with -H -l -n -t -u -p. */
const SS = `udp   UNCONN 0      0      0.0.0.0%virbr0:67         0.0.0.0:*    users:(("dnsmasq",pid=812,fd=3))
udp   UNCONN 0      0            10.20.0.1:69         0.0.0.0:*    users:(("in.tftpd",pid=77,fd=4))
udp   UNCONN 0      0              0.0.0.0:4011       0.0.0.0:*
udp   UNCONN 0      0                 [::]:69            [::]:*    users:(("in.tftpd",pid=77,fd=5))
udp   UNCONN 0      0         0.0.0.0%eth9:67         0.0.0.0:*    users:(("systemd",pid=1,fd=40),("node",pid=4242,fd=3))
tcp   LISTEN 0      511          127.0.0.1:6385       0.0.0.0:*    users:(("node",pid=4242,fd=31))
Failed to find something
`;

test('the sockets that ss shows are read with device, address and holder', () => {
  expect(parseSockets(SS)).toEqual([
    { protocol: 'udp', address: null, device: 'virbr0', port: 67, holder: { name: 'dnsmasq', pid: 812 } },
    { protocol: 'udp', address: '10.20.0.1', device: null, port: 69, holder: { name: 'in.tftpd', pid: 77 } },
    { protocol: 'udp', address: null, device: null, port: 4011, holder: null },
    { protocol: 'udp', address: null, device: null, port: 69, holder: { name: 'in.tftpd', pid: 77 } },
    { protocol: 'udp', address: null, device: 'eth9', port: 67, holder: { name: 'node', pid: 4242 } },
    { protocol: 'tcp', address: '127.0.0.1', device: null, port: 6385, holder: { name: 'node', pid: 4242 } },
  ]);
});

test.each([
  ['/usr/sbin/dnsmasq\0--no-daemon\0', 'dnsmasq'],
  ['node\0--no-warnings\0/opt/app/server.js\0', 'node server.js'],
  ['/usr/bin/python3.11\0/usr/lib/tftpd.py\0-v\0', 'python3.11 tftpd.py'],
  ['nginx: master process /usr/sbin/nginx\0', 'nginx'],
  ['/bin/sh\0', 'sh'],
  ['node\0--no-parallel-scavenge\0/opt/ingot/bin/../src/main.ts\0serve\0--config\0x.yaml\0', 'ingot'],
  ['python3\0-c\0import socket\nsocket.socket()\0', 'python3'],
  ['', null],
])('a process with the command line %j is called %s', (commandLine, name) => {
  expect(programName(commandLine)).toBe(name);
});

describe('ports', () => {
  it('for boot files are wanted without DHCP too, and nothing is bad when another program has them', () => {
    const [pxe] = config.networks;
    const networks = pxe === undefined ? [] : [{ ...pxe, dhcp: 'off' as const }];
    const findings = judgePorts({ ...config, networks }, { ownPid: 4242, sockets: parseSockets(SS) });
    expect(findings.slice(0, 3).map(({ verdict, sentence }) => `${verdict}: ${sentence}`)).toEqual([
      'warning: UDP port 4011 on eth1 (PXE pxe) is held by another process',
      'warning: UDP port 69 on 10.20.0.1 (TFTP pxe) is held by in.tftpd (77)',
      'good: UDP port 514 on 10.20.0.1 (syslog pxe) is free',
    ]);
  });

  it('are free beside a server on another interface, ours when ingot runs, and held by name otherwise', () => {
    const findings = judgePorts(config, { ownPid: 4242, sockets: parseSockets(SS) });
    expect(findings.map(({ verdict, sentence }) => `${verdict}: ${sentence}`)).toEqual([
      'good: UDP port 67 on eth1 (DHCP pxe) is free',
      'bad: UDP port 4011 on eth1 (PXE pxe) is held by another process',
      'bad: UDP port 69 on 10.20.0.1 (TFTP pxe) is held by in.tftpd (77)',
      'good: UDP port 514 on 10.20.0.1 (syslog pxe) is free',
      'good: TCP port 6385 on 127.0.0.1 (API) is held by ingot itself',
      'good: TCP port 6180 on 10.20.0.1 (boot pxe) is free',
      'good: TCP port 6183 on 10.20.0.1 (boot HTTPS pxe) is free',
    ]);
  });

  it("count as ours while systemd holds them for ingot's socket unit", () => {
    const line = 'udp UNCONN 0 0 0.0.0.0%eth1:67 0.0.0.0:* users:(("systemd",pid=1,fd=40))';
    const [dhcp] = judgePorts(config, { ownPid: null, sockets: parseSockets(line) });
    expect(dhcp?.verdict).toBe('good');
  });

  it.each(['authoritative', 'proxy'] as const)('are 67, 69 and 4011 where DHCP is %s', (dhcp) => {
    const [pxe] = config.networks;
    const networks = pxe === undefined ? [] : [{ ...pxe, dhcp }];
    const findings = judgePorts({ ...config, networks }, { ownPid: null, sockets: [] });
    expect(findings.map(({ sentence }) => /^\w+ port \d+/.exec(sentence)?.[0])).toEqual([
      'UDP port 67',
      'UDP port 4011',
      'UDP port 69',
      'UDP port 514',
      'TCP port 6385',
      'TCP port 6180',
      'TCP port 6183',
    ]);
  });
});

test.each([
  { addresses: ['192.0.2.1'], verdict: 'good', says: 'Interface lo has 192.0.2.1, the server address' },
  {
    addresses: [],
    verdict: 'bad',
    says: 'No interface has 192.0.2.1, the server address of network "rack-7"',
  },
])('the address that machines behind relays reach: $verdict', ({ addresses, verdict, says }) => {
  const rack = { name: 'rack-7', role: 'pxe', cidr: '10.70.0.0/24', dhcp: 'authoritative' };
  const { networks } = configSchema.parse({ networks: [{ ...rack, server_address: '192.0.2.1' }] });
  const [finding, ...more] = judgeInterfaces(networks, [{ name: 'lo', carrier: true, addresses }]);
  expect(more).toEqual([]);
  expect(finding?.verdict).toBe(verdict);
  expect(finding?.sentence).toContain(says);
});

test.each([
  { name: 'eth1', carrier: true, addresses: ['10.20.0.1'], verdict: 'good', says: 'is up with 10.20.0.1' },
  { name: 'eth1', carrier: false, addresses: ['10.20.0.1'], verdict: 'warning', says: 'has no link' },
  { name: 'eth1', carrier: true, addresses: ['10.20.0.2'], verdict: 'bad', says: 'has no address 10.20.0.1' },
  {
    name: 'eth2',
    carrier: true,
    addresses: ['10.20.0.1'],
    verdict: 'bad',
    says: 'There is no interface eth1',
  },
])('an interface $name with $addresses and carrier $carrier is $verdict', ({ verdict, says, ...seen }) => {
  expect(judgeInterfaces(config.networks, [seen])).toEqual([
    expect.objectContaining({ verdict, sentence: expect.stringContaining(says) }),
  ]);
});

test.each([
  { mask: '000001ffffffffff', verdict: 'good', says: 'has CAP_NET_BIND_SERVICE and CAP_NET_RAW' },
  { mask: '0000000000002400', verdict: 'good', says: 'has CAP_NET_BIND_SERVICE' },
  { mask: '0000000000000400', verdict: 'bad', says: 'lacks CAP_NET_RAW' },
  {
    mask: '0000000000000000',
    verdict: 'bad',
    says: 'lacks CAP_NET_BIND_SERVICE for the ports 67 and 69, and',
  },
])('the capabilities $mask are $verdict', ({ mask, verdict, says }) => {
  expect(judgeCapabilities(`Name:\tnode\nCapEff:\t${mask}\nCapBnd:\t0\n`)).toMatchObject({
    verdict,
    sentence: expect.stringContaining(says),
  });
});

test.each([
  { gib: 100, verdict: 'good' },
  { gib: 20, verdict: 'warning' },
  { gib: 0.5, verdict: 'bad' },
])('$gib GiB free below a cache of 50 GiB are $verdict', ({ gib, verdict }) => {
  expect(judgeSpace(gib * 1024 ** 3, config).verdict).toBe(verdict);
});

test.each([
  { dhcp: 'authoritative', servers: [], verdict: 'good' },
  { dhcp: 'authoritative', servers: ['10.20.0.254'], verdict: 'warning' },
  { dhcp: 'proxy', servers: ['10.20.0.254'], verdict: 'good' },
  { dhcp: 'proxy', servers: [], verdict: 'bad' },
] as const)('DHCP servers $servers beside the mode $dhcp are $verdict', ({ dhcp, servers, verdict }) => {
  expect(judgeServers({ name: 'pxe', interface: 'eth1', dhcp }, servers).verdict).toBe(verdict);
});

test.each([
  ['4194304\n', 'good', /keep 4096 KiB/],
  ['212992\n', 'warning', /of the service keep 208 KiB .* where ingot asks for 4096 KiB/],
])('a limit of %j for socket buffers is %s', (limit, verdict, sentence) => {
  expect(judgeBuffers(limit)).toMatchObject({ verdict, sentence: expect.stringMatching(sentence) });
});
