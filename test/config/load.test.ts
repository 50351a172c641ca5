import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/config/checks.ts';
import { formatProblems, loadConfig, parseConfig } from '../../src/config/load.ts';

const PXE = `
  - name: pxe
    role: pxe
    interface: eth1
    cidr: 10.20.0.0/16
    address: 10.20.0.1
    dhcp: authoritative
    ranges:
      - { use: dhcp, from: 10.20.1.0, to: 10.20.9.255 }
`;

function problemsOf(text: string): string {
  const result = parseConfig(text, CHECKS);
  return result.ok ? '' : formatProblems('ingot.yaml', result.problems);
}

describe('the configuration file', () => {
  it('may be empty: everything has a default and no network is served', () => {
    const result = parseConfig('');
    expect(result.ok && result.config).toMatchObject({
      state_dir: '/var/lib/ingot',
      api: { listen: '127.0.0.1:6385', auth: [], tls: null },
      boot: { listen_port: 6180 },
      networks: [],
    });
  });

  it('may have a list of networks whose entries are all commented out', () => {
    const result = parseConfig('networks:\n#  - name: pxe\n');
    expect(result.ok && result.config.networks).toEqual([]);
  });

  it.each([
    ['/nowhere/ingot.yaml', 'The configuration file /nowhere/ingot.yaml does not exist.'],
    ['/', 'The configuration file / is a folder.'],
  ])(
    'that is not there (%s) is told in plain words, with advice for both serve and check',
    async (file, message) => {
      await expect(loadConfig(file)).rejects.toMatchObject({
        code: 'config_invalid',
        message,
        hint: expect.stringMatching(/^Check the path/),
      });
    },
  );

  it('is good as the example ships it', () => {
    const text = readFileSync(join(import.meta.dirname, '../../config/ingot.example.yaml'), 'utf8');
    expect(problemsOf(text)).toBe('');
  });

  const mistakes: readonly {
    readonly name: string;
    readonly text: string;
    readonly says: readonly string[];
  }[] = [
    {
      name: 'an unknown key, with its line and name',
      text: 'state_dir: /tmp/x\napi:\n  listne: 127.0.0.1:1\n',
      says: ['ingot.yaml:3: api.listne: is not a key that ingot knows'],
    },
    {
      name: 'a clean step without its interface, and a priority that is none',
      text: 'cleaning:\n  priorities:\n    erase_devices: 20\n    deploy.erase_devices: lots\n',
      says: [
        'ingot.yaml:3: cleaning.priorities.erase_devices: must be INTERFACE.STEP such as deploy.erase_devices',
        'ingot.yaml:4: cleaning.priorities.deploy.erase_devices: must be a whole number from 0 to 1000',
      ],
    },
    {
      name: 'two networks of one name, each mistake at the one that has it',
      text: `networks:${PXE.replace('address: 10.20.0.1', 'address: 10.21.0.1')}  - { name: pxe, role: oob, cidr: 10.30.0.0/24 }\n`,
      says: [
        'ingot.yaml:2: networks[0]: network "pxe": its address 10.21.0.1 is not in 10.20.0.0/16.',
        'ingot.yaml:10: networks[1]: two networks are called "pxe".',
      ],
    },
    {
      name: 'an unknown key of a network',
      text: `networks:${PXE}    vlan: 3\n`,
      says: ['ingot.yaml:10: networks[0].vlan: is not a key that ingot knows'],
    },
    {
      name: 'a value of the wrong kind',
      text: 'boot: { listen_port: eleven }\n',
      says: ['ingot.yaml:1: boot.listen_port: must be a number, not "eleven"'],
    },
    {
      name: 'a network whose host bits are set',
      text: 'networks:\n  - { name: a, role: oob, cidr: 10.20.0.1/16 }\n',
      says: ['ingot.yaml:2: networks[0].cidr: "10.20.0.1/16" is not a network such as 10.20.0.0/16'],
    },
    {
      name: 'an unknown role',
      text: 'networks:\n  - { name: a, role: pex, cidr: 10.20.0.0/16 }\n',
      says: ['networks[0].role:'],
    },
    {
      name: 'a state folder that is no folder on a disk',
      text: 'state_dir: /proc/ingot\n',
      says: ['ingot.yaml:1: state_dir: must be on a disk'],
    },
    {
      name: 'boot files by HTTP and HTTPS on one port',
      text: 'boot:\n  https:\n    listen_port: 6180\n',
      says: ['ingot.yaml:3: boot.https.listen_port: is 6180, as boot.listen_port is'],
    },
    {
      name: 'an API where machines are served',
      text: 'api: { listen: 0.0.0.0:6183 }\nnetworks:\n- { name: a, role: pxe, cidr: 10.1.0.0/24, address: 10.1.0.1, interface: eth1 }\n',
      says: [
        'ingot.yaml:1: api.listen: is 0.0.0.0:6183, where machines are served too (boot.https.listen_port)',
      ],
    },
    ...['999.1.1.1:6385', '127.0.0.1:0', '127.0.0.1:99999', 'localhost:1'].map((listen) => ({
      name: `an API that cannot listen on ${listen}`,
      text: `api:\n  listen: ${listen}\n`,
      says: ['ingot.yaml:2: api.listen: '],
    })),
    {
      name: 'a way to log in that there is not',
      text: 'api:\n  auth: ldap\n',
      says: ['ingot.yaml:2: api.auth: must be none, basic, token, or a list such as [basic, token]'],
    },
    {
      name: 'passwords without a file of users',
      text: 'api:\n  auth: [basic, token]\n',
      says: ['ingot.yaml:2: api.auth: auth has basic and htpasswd is not given'],
    },
    {
      name: 'a group for a socket in a folder that no group can enter',
      text: 'api:\n  socket_group: ops\n',
      says: ['ingot.yaml:2: api.socket_group: socket_group is given and socket lies in state_dir'],
    },
    {
      name: 'a certificate of the API without its key',
      text: 'api:\n  tls: { certificate: /a.pem }\n',
      says: ['ingot.yaml:2: api.tls.key: '],
    },
    {
      name: 'aliases of aliases that would fill the memory',
      text: `a: &a [x]\n${['b', 'c', 'd'].map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abc'[at]}`)}]\n`).join('')}`,
      says: ['YAML: an alias (*name) cannot be followed: Excessive alias count'],
    },
    {
      name: 'an alias of nothing',
      text: 'state_dir: *nowhere\n',
      says: ['YAML: an alias (*name) cannot be followed: Unresolved alias'],
    },
    { name: 'text that is no YAML', text: 'a: [1\n', says: ['ingot.yaml:', 'YAML'] },
    {
      name: 'two documents',
      text: '---\napi: {}\n---\napi: {}\n',
      says: ['3', 'YAML: a second document begins here'],
    },
    {
      name: 'overlapping ranges, with both owners and the addresses',
      text: `networks:${PXE}      - { use: static, from: 10.20.9.250, to: 10.20.10.5 }\n`,
      says: ['the dhcp range', 'the static range', '10.20.9.250', '10.20.9.255'],
    },
    {
      name: 'all mistakes at once',
      text: 'bogus: 1\nboot: { listen_port: 0 }\nlog_level: loud\n',
      says: ['ingot.yaml:1: bogus', 'ingot.yaml:2: boot.listen_port', 'ingot.yaml:3: log_level'],
    },
    {
      name: 'an unknown key and overlapping ranges at once, in the order of their lines',
      text: `networks:${PXE}      - { use: static, from: 10.20.9.250, to: 10.20.10.5 }\n    mtu: 9000\nbogus: 1\n`,
      says: [
        'ingot.yaml:2: networks[0]: the dhcp range',
        '\ningot.yaml:11: networks[0].mtu: is not a key',
        '\ningot.yaml:12: bogus: is not a key',
      ],
    },
    {
      name: 'a value of the wrong kind and overlapping ranges at once',
      text: `log_level: loud\nnetworks:${PXE}      - { use: static, from: 10.20.9.250, to: 10.20.10.5 }\n    lease_s: 5\n`,
      says: [
        'ingot.yaml:1: log_level: must be debug or info or warn or error, not "loud"',
        '\ningot.yaml:3: networks[0]: the dhcp range',
        '\ningot.yaml:12: networks[0].lease_s: must be at least 120',
      ],
    },
    {
      name: 'a range that is none beside a gateway that lies elsewhere',
      text: `networks:${PXE}      - { use: static, from: 10.20.9, to: 10.20.10.5 }\n    gateway: 10.99.0.1\n`,
      says: [
        'networks[0].ranges[1].from: "10.20.9" is not',
        'ingot.yaml:2: networks[0]: network "pxe": its gateway',
      ],
    },
    {
      name: 'a number that is too small by one, and a network without a role',
      text: 'limits: { jobs: 0 }\nimages: { cache_gib: 0 }\nnetworks:\n  - { name: a, cidr: 10.20.0.0/24 }\n',
      says: [
        'ingot.yaml:1: limits.jobs: must be more than 0',
        'ingot.yaml:2: images.cache_gib: must be more than 0',
        'ingot.yaml:4: networks[0].role: is missing: pxe or',
      ],
    },
    {
      name: 'what is wrong with the networks behind one without a cidr, each at its own line',
      text: `networks:\n  - { name: a, role: pxe }${PXE}    gateway: 10.99.0.1\n`,
      says: [
        'ingot.yaml:2: networks[0].cidr: is missing',
        'ingot.yaml:3: networks[1]: network "pxe": its gateway',
      ],
    },
  ];
  it('is not said to lack what stands in a part with a mistake', () => {
    const relayed =
      '  - { name: rack, role: pxe, cidr: 10.21.0.0/24, gateway: 10.21.0.1, dhcp: authoritative }\n';
    const text = `networks:${PXE.replace('10.20.0.1', '10.20.0')}${relayed}`;
    expect(problemsOf(text).split('\n')).toEqual([
      'ingot.yaml:6: networks[0].address: "10.20.0" is not an IPv4 address such as 10.20.0.1',
    ]);
  });

  it.each(mistakes)('is refused for $name', ({ text, says }) => {
    const problems = problemsOf(text);
    for (const part of says) expect(problems).toContain(part);
  });
});
