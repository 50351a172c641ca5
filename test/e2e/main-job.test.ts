/**
 * The main job on real firmware: a BIOS and a UEFI machine from power-off to a running Debian, while the daemon is
 * killed: in the middle of a ramdisk's boot, of a disk write, and just before each final boot.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../scripts/assets.ts';
import { type DemoNode, provisionAll } from '../../scripts/demo/provision.ts';
import { type Rig, startRig } from '../../scripts/rig.ts';
import { machineRequestSchema } from '../../src/lab/records.ts';
import { type DiskComparison, imageOnDisk } from './image-on-disk.ts';
import { KILLS, killOnTheWay } from './kills.ts';
import { until } from './lab-node.ts';
import { makeSshKey, type SshKey, sshByPassword, sshInto } from './ssh.ts';

const MACHINES = [
  { name: 'e2e-bios', firmware: 'bios' },
  { name: 'e2e-uefi', firmware: 'uefi' },
] as const;
/** Firmware, first stage, ramdisk and operating system, as the serial console shows them. */
const CONSOLE = {
  // The boot ROM of a QEMU machine is itself an iPXE with HTTP: DHCP gives it the script at once.
  bios: ['SeaBIOS', '/ipxe/52-54-00-20-00-01', 'ingot-ramdisk: agent starts', 'e2e-bios login:'],
  uefi: [
    'Start PXE over IPv4',
    'snponly.efi',
    '/ipxe/52-54-00-20-00-02',
    'ingot-ramdisk: agent starts',
    'e2e-uefi login:',
  ],
} as const;

describe('two powered-off machines, and a daemon that is killed on the way', () => {
  const say = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  let rig: Rig;
  let nodes: readonly DemoNode[] = [];
  let kills: readonly string[] = [];
  let disks: readonly DiskComparison[] = [];
  let key: SshKey;

  beforeAll(async () => {
    const assets = buildAssets();
    const dir = await mkdtemp(join(tmpdir(), 'ingot-e2e-'));
    const machines = MACHINES.map((machine) =>
      machineRequestSchema.parse({ ...machine, disk_gib: 4, memory_mib: 1536 }),
    );
    key = await makeSshKey();
    rig = await startRig({ dir, machines, assets });
    await rig.startDaemon();
    const killing = killOnTheWay(rig, {
      say,
      beforeFinalBoot: async (machine) => {
        disks = [...disks, await imageOnDisk({ image: assets.image.path, disk: machine.disk.path })];
      },
    });
    nodes = await provisionAll(rig, { assets, say, publicKey: key.publicKey });
    kills = await killing;
    for (const node of nodes) say(`${node.name}: ${JSON.stringify(node.phases)}`);
  });
  afterAll(async () => {
    const failed = nodes.length === 0;
    await rig?.down({ keep: failed });
    if (!failed) await rm(rig.lab.dir, { recursive: true, force: true });
    await key?.remove();
  });

  it('end active, each with the report of its operating system', () => {
    expect(kills).toEqual(KILLS);
    expect(nodes).toMatchObject(
      MACHINES.map((machine) => ({ ...machine, provision_state: 'active', os_reported: true })),
    );
  });

  it.each(MACHINES)('show firmware, iPXE, ramdisk and system on the console of $name', async (machine) => {
    const log = await consoleOf(rig, machine.name);
    for (const sign of CONSOLE[machine.firmware]) expect(log).toContain(sign);
  });

  it('hold the image on the disk, block for block, before the system boots from it', () => {
    expect(disks).toHaveLength(MACHINES.length);
    for (const disk of disks) {
      expect(disk.onDisk).toBe(disk.inImage);
      expect(disk.bytes).toBeGreaterThan(400 * 1024 * 1024);
    }
  });

  it.each(MACHINES)(
    'have host name, key and static address of $name from the config drive',
    async ({ name }) => {
      const address = await reportedLcmAddress(rig, name);
      const command = 'hostname; ip -4 -o address; cat /run/cloud-init/result.json';
      const answer = await sshInto(rig, { address, key, command });
      expect(answer.split('\n')[0]).toBe(name);
      expect(answer).toContain(`inet ${address}/24`);
      // Who configured it: cloud-init, from the config drive on the disk's last partition.
      expect(answer).toContain('DataSourceConfigDrive');
    },
  );

  it.each(MACHINES)('did once what must happen once on $name', async ({ name }) => {
    const log = await consoleOf(rig, name);
    expect({
      // For inspection, cleaning and deployment.
      ramdiskBoots: times(log, 'ingot-ramdisk: agent starts'),
      systemBoots: times(log, `${name} login:`),
      // By the agent's own word on the console: ingot's events would not tell of a second one.
      imageWrites: times(log, 'image write starts'),
    }).toEqual({ ramdiskBoots: 3, systemBoots: 1, imageWrites: 1 });
    const kinds = (await rig.client.nodes.timeline(name, 1000)).map(({ kind }) => kind);
    expect(kinds, 'no boot was taken for one that nobody asked for').not.toContain('boot.unasked');
  });

  it('can be rescued: a login by password, the system’s disk at hand, and back to the system', async () => {
    const name = 'e2e-bios';
    const password = 'Öffne dich, 42!';
    const state = (wanted: string) => async () =>
      (await rig.client.nodes.get(name)).provision_state === wanted;
    await rig.client.provision(name, 'rescue', { rescue_password: password });
    await until(`${name} is rescued`, state('rescue'));
    const { text } = await rig.client.nodes.why(name);
    const to = /ssh (rescue@[\d.]+)\)/.exec(text)?.[1] ?? text;

    expect(await sshByPassword(rig, { to, password: 'guess', command: 'id' })).toMatchObject({ code: 255 });
    // What is mended is not written out by hand, nor the file system unmounted.
    const command = 'id -u && mount /dev/sda3 /mnt && echo mended >/mnt/etc/motd && cat /mnt/etc/os-release';
    const looked = await sshByPassword(rig, { to, password, command });
    expect(looked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0\n[\s\S]*ID=debian/) });
    const log = await readFile(rig.daemonLog, 'utf8');
    const told = JSON.stringify([
      await rig.client.nodes.timeline(name, 1000),
      log,
      await consoleOf(rig, name),
    ]);
    expect(told).not.toMatch(/ffne dich|\$5\$/);

    await rig.client.provision(name, 'unrescue');
    await until(`${name} is active again`, state('active'));
    const address = await reportedLcmAddress(rig, name);
    // It boots for a while, and tells of itself only once in its life.
    let answer = '';
    const ask = async (): Promise<boolean> => {
      answer = await sshInto(rig, { address, key, command: 'hostname; cat /etc/motd' }).catch(String);
      return answer.startsWith(`${name}\n`);
    };
    const seen = async (): Promise<string> => `${answer}\n${(await consoleOf(rig, name)).slice(-4_000)}`;
    await until(`${name} runs its own system again`, ask, seen);
    expect(answer).toBe(`${name}\nmended\n`);
    // Neither the system nor the rescue was cut off by a loss of power.
    const shutDowns = (await rig.client.nodes.timeline(name, 1000)).filter(
      ({ kind, data }) => kind === 'job.step_done' && data.step === 'shut-down',
    );
    expect(shutDowns.map(({ message }) => message)).toEqual(['The machine is off.', 'The machine is off.']);
  });
});

const times = (text: string, part: string): number => text.split(part).length - 1;

async function consoleOf(rig: Rig, name: string): Promise<string> {
  const machine = rig.lab.machines.find((one) => one.name === name);
  if (machine === undefined) throw new Error(`the lab has no machine ${name}`);
  return await readFile(machine.console, 'latin1');
}

/** The address on the LCM network that the running system told of. */
async function reportedLcmAddress(rig: Rig, name: string): Promise<string> {
  const events = await rig.client.nodes.timeline(name, 1000);
  const addresses = events.findLast((event) => event.kind === 'lcm.status')?.data.addresses;
  const [address] = Array.isArray(addresses)
    ? addresses.map(String).filter((one) => one.startsWith('10.40.0.'))
    : [];
  if (address === undefined) throw new Error(`${name} reported no address on the LCM network`);
  // Not only some address of that network: the one that ingot set aside for this node.
  expect(address).toBe(await claimedAddress(rig, name));
  return address;
}

/** The address on the LCM network that ingot set aside for the node, from its own store. */
async function claimedAddress(rig: Rig, name: string): Promise<string | undefined> {
  const { uuid } = await rig.client.nodes.get(name);
  const store = new Database(join(rig.lab.dir, 'state', 'ingot.db'), { readonly: true });
  try {
    const claims = store.prepare<[string], { network: string; address: string }>(
      'SELECT network, address FROM addresses WHERE node_uuid = ?',
    );
    return claims.all(uuid).find(({ network }) => network === 'lcm')?.address;
  } finally {
    store.close();
  }
}
