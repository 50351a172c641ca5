/**
 * One UEFI machine, booted in the other ways that its firmware has: by UEFI HTTP boot over HTTPS into an inspection,
 * over plain HTTP into iPXE, and then, with Secure Boot switched on by its BMC, through deployment to a running Debian.
 * At last it is led to the network once more, where GRUB hands over to its disk; then it is rescued, deployed anew,
 * given back, and cleaned by hand. All that is asked of ingot is asked by Ironic's own client, `baremetal`.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { buildAssets } from '../../scripts/assets.ts';
import { awaitReport, testImage } from '../../scripts/demo/provision.ts';
import { type Rig, startRig } from '../../scripts/rig.ts';
import { makeSecureBootDir } from '../../scripts/secure-boot-dir.ts';
import { labRun } from '../../src/lab/exec.ts';
import { caFile, readCredentials } from '../../src/lab/files.ts';
import { machineRequestSchema } from '../../src/lab/records.ts';
import { labTrust } from '../../src/lab/trust.ts';
import { type Baremetal, baremetalOf, createByFile } from './baremetal.ts';
import { labNode, until } from './lab-node.ts';

const NAME = 'e2e-kinds';
/** Where its system takes logins. */
const LOGIN = `${NAME} login:`;
/** What Debian's kernel says of the firmware that started it. */
const SECURE = 'secureboot: Secure boot enabled';
/** What iPXE's script says to a node that has no business with the network. */
const HANDED_OVER = `ingot: ${NAME} boots from its own disk`;
const configFile = z.looseObject({ boot: z.record(z.string(), z.json()) });

type Part = 'https' | 'http' | 'deploy' | 'handover';

describe('a UEFI machine', () => {
  let rig: Rig;
  let baremetal: Baremetal;
  let done = false;
  /** Of `baremetal node rebuild`, as of `deploy`. */
  let configDrive = '{}';
  /** What its serial console showed in each part. */
  const console = new Map<Part, string>();
  const kinds = new Map<Part, readonly string[]>();

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ingot-kinds-'));
    const assets = buildAssets();
    rig = await startRig({
      dir,
      assets,
      machines: [machineRequestSchema.parse({ name: NAME, firmware: 'uefi', disk_gib: 4, memory_mib: 1536 })],
      boot: { secure_boot_dir: makeSecureBootDir(), https: { uefi: true } },
    });
    await rig.startDaemon();
    const { client } = rig;
    await labTrust(dir, (await client.bootAuthority()).certificate);
    baremetal = baremetalOf(rig);
    const node = { ...(await labNode(rig)), boot_interface: 'http-ipxe', automated_clean: false };
    await createByFile(rig, baremetal, [node]);
    await baremetal('node', 'manage', NAME, '--wait');

    const part = recorder(rig, { console, kinds });
    await baremetal('node', 'inspect', NAME, '--wait');
    await part('https');

    await withoutHttps(rig);
    await restart(rig, 'UefiHttp');
    await until('iPXE has its script again', async () => (await newText(rig, console)).includes(HANDED_OVER));
    await part('http');

    const secure = 'capabilities=boot_mode:uefi,secure_boot:true';
    await baremetal('node', 'set', NAME, '--boot-interface', 'ipxe', '--property', secure);
    await baremetal('node', 'provide', NAME, '--wait');
    const { instance_info, configdrive } = testImage(assets, { hostname: NAME });
    const image = Object.entries(instance_info).flatMap(([key, value]) => [
      '--instance-info',
      `${key}=${value}`,
    ]);
    await baremetal('node', 'set', NAME, ...image);
    configDrive = JSON.stringify(configdrive);
    await baremetal('node', 'deploy', NAME, '--config-drive', configDrive, '--wait');
    expect(await awaitReport(client, NAME)).toBe(true);
    await part('deploy');

    await restart(rig, 'Pxe');
    await until('the deployed kernel starts again', async () =>
      (await newText(rig, console)).includes(SECURE),
    );
    await part('handover');
    done = true;
  });
  afterAll(async () => {
    await rig?.down({ keep: !done });
    if (done) await rm(rig.lab.dir, { recursive: true, force: true });
  });

  it('loads iPXE by plain HTTP where nothing else is asked for', () => {
    expect(console.get('http')).toMatch(/URI: http:\/\/\S+\/boot\/snponly\.efi/);
    expect(kinds.get('http')).toEqual(expect.arrayContaining(['boot.program', 'boot.script']));
  });

  it('loads iPXE by HTTPS from the authority that it was given, asks nothing by TFTP, and is inspected', async () => {
    expect(console.get('https')).toContain('Start HTTP Boot over IPv4');
    expect(console.get('https')).toMatch(/URI: https:\/\/\S+:6183\/boot\/snponly\.efi/);
    expect(kinds.get('https')).toEqual(
      expect.arrayContaining(['boot.program', 'boot.script', 'boot.kernel', 'boot.initrd', 'agent.lookup']),
    );
    expect(kinds.get('https')?.filter((kind) => kind.startsWith('tftp.'))).toEqual([]);
    const { inventory } = await rig.client.nodes.inventory(NAME);
    expect(inventory).toMatchObject({ boot: { current_boot_mode: 'uefi' } });
    expect(console.get('https')).not.toContain(SECURE);
  });

  it('boots ramdisk and system with Secure Boot on, which its BMC switched on for it', () => {
    const log = console.get('deploy') ?? '';
    expect(log).toContain('EFI stub: UEFI Secure Boot is enabled');
    // GRUB says it once on each of its consoles.
    const start = log.lastIndexOf('GRUB: starting the test image');
    const [ramdisk, system] = [log.slice(0, start), log.slice(start)];
    expect(ramdisk).toContain(SECURE);
    expect(ramdisk).toContain('ingot-ramdisk: agent starts');
    expect(system).toContain(SECURE);
    expect(system).toContain(LOGIN);
  });

  it('goes through the same stages as by iPXE, all by TFTP', () => {
    const stages = [
      'tftp.done',
      'boot.script',
      'boot.kernel',
      'boot.initrd',
      'agent.heartbeat',
      'lcm.status',
    ];
    expect(kinds.get('deploy')).toEqual(expect.arrayContaining(stages));
    expect(kinds.get('deploy')?.filter((kind) => kind.endsWith('.failed'))).toEqual([]);
  });

  it('has a boot entry that names shim', () => {
    const [, system = ''] = (console.get('deploy') ?? '').split('ingot-ramdisk: agent starts');
    expect(system).toMatch(/BdsDxe: starting Boot\w+ "debian" from .*shimx64\.efi/);
  });

  it('ends active with Secure Boot on', async () => {
    expect(await rig.client.nodes.get(NAME)).toMatchObject({ provision_state: 'active', secure_boot: true });
  });

  it('is handed over to its disk when it comes by the network', () => {
    const log = console.get('handover') ?? '';
    expect(log).toContain(`ingot: ${NAME} boots from its own disk`);
    expect(log).toContain('GRUB: starting the test image');
    expect(log).not.toContain('ingot-ramdisk');
  });

  const shown = async (): Promise<unknown> => JSON.parse(await baremetal('node', 'show', NAME, '-f', 'json'));
  const logins = async (): Promise<number> => (await newText(rig, console)).split(LOGIN).length - 1;

  it('is rescued, and comes back to its own system', async () => {
    await until('its system runs again', async () => (await logins()) > 0);
    const before = await logins();
    await baremetal('node', 'rescue', NAME, '--rescue-password', 'open sesame', '--wait');
    expect(await shown()).toMatchObject({ provision_state: 'rescue', last_error: null });
    await baremetal('node', 'unrescue', NAME, '--wait');
    expect(await shown()).toMatchObject({ provision_state: 'active', power_state: 'power on' });
    await until('its system runs once more', async () => (await logins()) > before);
  });

  it('is deployed anew', async () => {
    await baremetal('node', 'rebuild', NAME, '--config-drive', configDrive, '--wait');
    // That such a system starts and reports was seen after the first deployment.
    expect(await shown()).toMatchObject({ provision_state: 'active', last_error: null });
  });

  it('is given back and switched off, cleaned by steps that are named, and deleted', async () => {
    await baremetal('node', 'undeploy', NAME, '--wait');
    expect(await shown()).toMatchObject({
      provision_state: 'available',
      power_state: 'power off',
      instance_info: {},
      last_error: null,
    });
    await baremetal('node', 'manage', NAME, '--wait');
    const steps = JSON.stringify([{ interface: 'deploy', step: 'erase_devices_metadata' }]);
    await baremetal('node', 'clean', NAME, '--clean-steps', steps, '--wait');
    expect(await shown()).toMatchObject({ provision_state: 'manageable', last_error: null });
    const events = await rig.client.nodes.timeline(NAME, 1000);
    expect(events.map(({ message }) => message)).toContain('Clean step erase_devices_metadata is done.');
    await baremetal('node', 'delete', NAME);
    expect(JSON.parse(await baremetal('node', 'list', '-f', 'json'))).toEqual([]);
  });
});

/** Remembers what was new on console and timeline since the last part. */
function recorder(
  rig: Rig,
  { console, kinds }: { console: Map<Part, string>; kinds: Map<Part, readonly string[]> },
): (part: Part) => Promise<void> {
  let seen = 0;
  return async (part) => {
    const events = await rig.client.nodes.timeline(NAME, 1000);
    kinds.set(
      part,
      events.filter((event) => event.seq > seen).map((event) => event.kind),
    );
    seen = events.at(-1)?.seq ?? seen;
    console.set(part, await newText(rig, console));
  };
}

/** What the console shows beyond the parts that are told. */
async function newText(rig: Rig, told: ReadonlyMap<Part, string>): Promise<string> {
  const [machine] = rig.lab.machines;
  const all = await readFile(machine?.console ?? '', 'latin1');
  return all.slice([...told.values()].reduce((sum, text) => sum + text.length, 0));
}

/** As an operator changes the configuration: the daemon starts anew with it. */
async function withoutHttps(rig: Rig): Promise<void> {
  const config = configFile.parse(parse(await readFile(rig.configFile, 'utf8')));
  await writeFile(rig.configFile, stringify({ ...config, boot: { ...config.boot, https: { uefi: false } } }));
  await rig.stopDaemon();
  await rig.startDaemon();
}

/** What an operator does at a BMC by hand: boot from the network, once, and now. */
async function restart(rig: Rig, target: 'Pxe' | 'UefiHttp'): Promise<void> {
  const { username, password } = await readCredentials(rig.lab.dir);
  const system = `https://${rig.lab.machines[0]?.bmc_address}/redfish/v1/Systems/1`;
  const ask = async (method: string, url: string, body: object): Promise<void> => {
    const argv = ['curl', '--fail', '--silent', '--show-error', '--cacert', caFile(rig.lab.dir)];
    const request = ['-K', '-', '-X', method, '-H', 'Content-Type: application/json', url];
    const input = `user = "${username}:${password}"\ndata = ${JSON.stringify(JSON.stringify(body))}\n`;
    const answer = await labRun(rig.lab.dir, 'seed', { argv: [...argv, ...request], input });
    if (answer.code !== 0) throw new Error(`${method} ${url} failed: ${answer.stderr}`);
  };
  const Boot = { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: target };
  await ask('PATCH', system, { Boot });
  await ask('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'ForceRestart' });
}
