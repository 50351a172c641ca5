/**
 * Two machines that are not on a wire of which ingot is the master, each inspected to the end: one with UEFI in another
 * subnet, behind ISC's dhcrelay and a router, and one with BIOS on a wire where a foreign dnsmasq gives the addresses
 * and ingot, as a proxy, only names boot files.
 */
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../scripts/assets.ts';
import { reach } from '../../scripts/demo/provision.ts';
import { type Rig, startRig } from '../../scripts/rig.ts';
import { type LabNamespace, OOB, PXE } from '../../src/lab/addresses.ts';
import { labExec, labRun } from '../../src/lab/exec.ts';
import { machineRequestSchema } from '../../src/lab/records.ts';
import { labNodes } from './lab-node.ts';

const RELAYED = 'e2e-relayed';
const PROXIED = 'e2e-proxied';
const FAR = { cidr: '10.21.0.0/24', router: '10.21.0.254' } as const;
const OFFICE = { cidr: '10.22.0.0/24', seed: '10.22.0.1', dnsmasq: '10.22.0.2' } as const;

const NETWORKS = [
  {
    name: 'far',
    role: 'pxe',
    cidr: FAR.cidr,
    gateway: FAR.router,
    dhcp: 'authoritative',
    ranges: [{ use: 'dhcp', from: '10.21.0.10', to: '10.21.0.99' }],
  },
  {
    name: 'office',
    role: 'pxe',
    interface: 'eth-office',
    cidr: OFFICE.cidr,
    address: OFFICE.seed,
    dhcp: 'proxy',
  },
];

/** The wires `far` and `office` beside the lab's own, and who is on them. */
const WIRES: readonly { readonly in: LabNamespace; readonly lines: readonly string[] }[] = [
  {
    in: 'switch',
    lines: ['far', 'office'].flatMap((wire) => [
      `link add br-${wire} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set br-${wire} up`,
    ]),
  },
  {
    in: 'router',
    lines: [
      'link add far0 type veth peer name router-far netns ./netns/switch',
      `address add ${FAR.router}/24 brd + dev far0`,
      'link set far0 up',
      `route add ${PXE.cidr} via ${OOB.transfer_seed}`,
      'link add office0 type veth peer name router-office netns ./netns/switch',
      `address add ${OFFICE.dnsmasq}/24 brd + dev office0`,
      'link set office0 up',
    ],
  },
  {
    in: 'seed',
    lines: [
      'link add eth-office type veth peer name seed-office netns ./netns/switch',
      `address add ${OFFICE.seed}/24 brd + dev eth-office`,
      'link set eth-office up',
      `route add ${FAR.cidr} via ${OOB.transfer_router}`,
    ],
  },
  {
    in: 'switch',
    lines: [
      ...['router-far', 'tap1-pxe'].map((link) => `link set ${link} master br-far up`),
      ...['router-office', 'seed-office', 'tap2-pxe'].map((link) => `link set ${link} master br-office up`),
    ],
  },
];

describe('machines on wires of others', () => {
  let rig: Rig;
  let done = false;

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ingot-wires-'));
    const machine = { disk_gib: 1, memory_mib: 1536 };
    rig = await startRig({
      dir,
      assets: buildAssets(),
      machines: [
        machineRequestSchema.parse({ ...machine, name: RELAYED, firmware: 'uefi' }),
        machineRequestSchema.parse({ ...machine, name: PROXIED, firmware: 'bios' }),
      ],
      networks: NETWORKS,
    });
    await layWires(rig);
    const relay = ['dhcrelay', '-4', '-d', '-a', '-D', '-id', 'far0', '-iu', 'to-seed', PXE.seed_address];
    await startForeign(rig, relay);
    await startForeign(rig, [
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--user=root',
      '--port=0',
      '--pid-file=',
      '--interface=office0',
      '--bind-interfaces',
      '--log-dhcp',
      '--log-facility=-',
      '--dhcp-range=10.22.0.50,10.22.0.99,255.255.255.0',
      `--dhcp-leasefile=${join(dir, 'dnsmasq.leases')}`,
    ]);
    await rig.startDaemon();
    const { client } = rig;
    for (const node of await labNodes(rig)) await client.nodes.enroll(node);
    await Promise.all(
      [RELAYED, PROXIED].map((name) => reach(client, name, { verb: 'manage', state: 'manageable' })),
    );
    await Promise.all(
      [RELAYED, PROXIED].map((name) => reach(client, name, { verb: 'inspect', state: 'manageable' })),
    );
    done = true;
  });
  afterAll(async () => {
    await rig?.down({ keep: !done });
    if (done) await rm(rig.lab.dir, { recursive: true, force: true });
  });

  it('are inspected to the end behind a relay, with an address of their own subnet', async () => {
    const console = await readFile(rig.lab.machines[0]?.console ?? '', 'latin1');
    expect(console).toMatch(/Station IP address is 10\.21\.0\.\d+/);
    expect(console).toContain('NBP filename is snponly.efi');
    expect(await kindsOf(rig, RELAYED)).toEqual(expect.arrayContaining(['dhcp.ack', ...STAGES]));
    const leases = await rig.client.leases({ network: 'far' });
    expect(leases).toMatchObject([
      { mac: '52:54:00:20:00:01', address: expect.stringMatching(/^10\.21\.0\./) },
    ]);
  });

  it('are inspected to the end beside a foreign DHCP server that knows nothing of booting', async () => {
    expect(await kindsOf(rig, PROXIED)).toEqual(expect.arrayContaining(['dhcp.boot_file', ...STAGES]));
    expect(await readFile(join(rig.lab.dir, 'dnsmasq.leases'), 'utf8')).toContain('52:54:00:20:00:02');
    expect(await rig.client.leases({ network: 'office' })).toEqual([]);
  });
});

/** Of a ramdisk's boot, as its node's events tell them. */
const STAGES = ['boot.script', 'boot.kernel', 'boot.initrd', 'agent.lookup', 'agent.heartbeat'];

async function kindsOf(rig: Rig, name: string): Promise<readonly string[]> {
  return (await rig.client.nodes.timeline(name, 1000)).map((event) => event.kind);
}

async function layWires(rig: Rig): Promise<void> {
  const { dir } = rig.lab;
  for (const wire of WIRES) {
    const input = `${wire.lines.join('\n')}\n`;
    const made = await labRun(dir, wire.in, { argv: ['ip', '-batch', '-'], input, cwd: dir });
    if (made.code !== 0) throw new Error(`the wires in ${wire.in} could not be laid: ${made.stderr}`);
  }
}

/** A foreign server where the lab's router is; `lab down` ends it. */
async function startForeign(rig: Rig, argv: readonly string[]): Promise<void> {
  const log = await open(join(rig.lab.dir, `${argv[0]}.log`), 'a');
  await labExec(rig.lab.dir, 'router', { argv, cwd: rig.lab.dir, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
}
