import type { ChildProcess } from 'node:child_process';
import { access, mkdtemp, open, readFile, realpath, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labDown } from '../../src/lab/down.ts';
import { labExec, labRun } from '../../src/lab/exec.ts';
import { caFile, readCredentials } from '../../src/lab/files.ts';
import { labProcesses } from '../../src/lab/processes.ts';
import { type Lab, machineRequestSchema } from '../../src/lab/records.ts';
import { run } from '../../src/lab/run.ts';
import { labConsole, labStatus } from '../../src/lab/status.ts';
import { labUp } from '../../src/lab/up.ts';
import { driveBySushy } from './redfish/sushy.ts';

const [bios, uefi] = [
  machineRequestSchema.parse({ name: 'm1', firmware: 'bios', disk_gib: 1, memory_mib: 512 }),
  machineRequestSchema.parse({ name: 'm2', firmware: 'uefi', disk_gib: 1, memory_mib: 512 }),
];

let parent = '';
let dir = '';

/** What of a lab shows outside of it; nothing may. Other programs of the host change the rest as they like. */
async function tracesOutside(): Promise<readonly string[]> {
  const links = (await run({ argv: ['ip', '-o', 'link'] })).stdout.split('\n');
  const routes = (await run({ argv: ['ip', '-o', 'route'] })).stdout.split('\n');
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return [
    ...links.filter((line) => /(eth|br)-(pxe|lcm|oob|bmc)|tap\d+-(pxe|lcm)|to-(seed|oob)/.test(line)),
    ...routes.filter((line) => /^10\.(20|30|31|40)\./.test(line)),
    ...mounts.filter((line) => line.includes(parent)),
  ];
}

async function sushy(name: 'm1' | 'm2', operations: readonly (readonly string[])[]): Promise<unknown> {
  const address = { m1: 'https://10.30.0.11', m2: 'https://10.30.0.12' }[name];
  const script = {
    address,
    ca: caFile(dir),
    ...(await readCredentials(dir)),
    auth: 'session',
    operations,
  } as const;
  return driveBySushy(script, (options) => labRun(dir, 'seed', options));
}

const console = async (name: string): Promise<string> =>
  readFile(await labConsole(dir, name), 'latin1').catch(() => '');

const processNamed = async (lab: Lab, word: string): Promise<number> => {
  const found = (await labProcesses(lab)).find(({ command }) => command.includes(word));
  if (found === undefined) throw new Error(`no process of the lab has "${word}" in its command`);
  return found.pid;
};

beforeAll(async () => {
  parent = await realpath(await mkdtemp(path.join(os.tmpdir(), 'ingot-lab-')));
  dir = path.join(parent, 'lab');
});

afterAll(async () => {
  await labDown(dir);
  await rm(parent, { recursive: true });
});

describe('a lab with a BIOS and a UEFI machine', () => {
  let lab: Lab;
  let dnsmasq: ChildProcess;
  let dhcpLog = '';

  beforeAll(async () => {
    lab = await labUp({ dir, machines: [bios, uefi] });
    // A DHCP server that is not ours hears the firmware and answers it.
    const range = [
      '--dhcp-range=10.20.1.1,10.20.1.9',
      `--dhcp-leasefile=${path.join(dir, 'state', 'dnsmasq')}`,
    ];
    dnsmasq = await labExec(dir, 'seed', {
      argv: [
        'dnsmasq',
        '--keep-in-foreground',
        '--log-facility=-',
        '--port=0',
        '--conf-file=/dev/null',
        '--user=root',
        '--interface=eth-pxe',
        '--log-dhcp',
        '--dhcp-boot=no-such-file',
        ...range,
      ],
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    dnsmasq.stderr?.setEncoding('utf8').on('data', (text: string) => {
      dhcpLog += text;
    });
  });

  it('is up with its machines off and blank disks, and says so', async () => {
    const status = await labStatus(dir);
    expect(status).toMatchObject({
      state: 'up',
      machines: [
        { name: 'm1', power: 'Off' },
        { name: 'm2', power: 'Off' },
      ],
    });
    const disk = await stat(status.machines[0]?.disk ?? '');
    expect([disk.size, disk.blocks]).toEqual([2 ** 30, 0]);
  });

  it("has touched nothing of the host's network and mounts", async () => {
    expect(await tracesOutside()).toEqual([]);
  });

  it('keeps its secrets to its user', async () => {
    for (const file of ['credentials.json', 'nodes.yaml']) {
      expect((await stat(path.join(dir, file))).mode & 0o077).toBe(0);
    }
    const { password } = await readCredentials(dir);
    const commands = (await labProcesses(lab)).map(({ command }) => command).join('\n');
    const public_files = ['lab.json', 'ingot.yaml', 'bmc.log', 'keeper.log'];
    const texts = await Promise.all(public_files.map((file) => readFile(path.join(dir, file), 'utf8')));
    expect([commands, ...texts].filter((text) => text.includes(password))).toEqual([]);
  });

  it('is not made twice in one folder', async () => {
    await expect(labUp({ dir, machines: [bios] })).rejects.toThrow(/already runs/);
  });

  it('has the seed reach a BMC over the router only', async () => {
    const route = await labRun(dir, 'seed', { argv: ['ip', 'route', 'get', '10.30.0.11'] });
    expect(route.stdout).toMatch(/via 10\.31\.0\.1 dev eth-oob src 10\.31\.0\.2/);
    const curl = ['curl', '--silent', '--show-error', '--max-time', '10', '--cacert', caFile(dir)];
    const root = await labRun(dir, 'seed', { argv: [...curl, 'https://10.30.0.12/redfish/v1/'] });
    expect([root.code, root.stderr]).toEqual([0, '']);
    expect(JSON.parse(root.stdout)).toMatchObject({ RedfishVersion: expect.any(String) });
    const fromSwitch = await labRun(dir, 'switch', { argv: [...curl, 'https://10.30.0.12/redfish/v1/'] });
    expect(fromSwitch.code).not.toBe(0);
  });

  it('runs a command as the very process that it starts, so that killing it kills the command', async () => {
    const child = await labExec(dir, 'seed', { argv: ['sleep', '300'], cwd: parent, stdio: 'ignore' });
    await expect
      .poll(() => readFile(`/proc/${child.pid}/cmdline`, 'utf8'))
      .toBe(['sleep', '300', ''].join('\0'));
    child.kill('SIGKILL');
    await expect.poll(() => child.signalCode).toBe('SIGKILL');
    expect(await labRun(dir, 'seed', { argv: ['sh', '-c', 'pwd; exit 7'], cwd: parent })).toMatchObject({
      code: 7,
      stdout: `${parent}\n`,
    });
  });

  it.each([
    {
      name: 'm1' as const,
      mac: '52:54:00:20:00:01',
      vendor: /PXEClient:Arch:00000/,
      screen: /iPXE initialising devices/,
    },
    {
      name: 'm2' as const,
      mac: '52:54:00:20:00:02',
      vendor: /PXEClient:Arch:00007/,
      screen: /Start PXE over IPv4/,
    },
  ])(
    'powers $name on by sushy, to PXE once: its firmware gets a lease',
    async ({ name, mac, vendor, screen }) => {
      expect(await sushy(name, [['boot', 'Pxe', 'Once'], ['reset', 'On'], ['power'], ['boot']])).toEqual([
        ['Pxe', 'Once', name === 'm1' ? 'Legacy' : 'UEFI'],
        null,
        'On',
        ['None', 'Disabled', name === 'm1' ? 'Legacy' : 'UEFI'],
      ]);
      await expect
        .poll(() => dhcpLog, { timeout: 60_000 })
        .toMatch(new RegExp(`DHCPACK\\(eth-pxe\\) (\\S+ )?${mac}`));
      expect(dhcpLog).toMatch(vendor);
      expect(await console(name)).toMatch(screen);
    },
  );

  it('does not boot from the LCM network', () => {
    expect(dhcpLog).not.toContain('52:54:00:40:');
  });

  it('takes up its running machines when the BMC process is killed', async () => {
    const qemu = await processNamed(lab, 'm1/qmp.sock');
    const bmc = await processNamed(lab, 'bmc-process.ts');
    process.kill(bmc, 'SIGKILL');
    await expect
      .poll(() => processNamed(lab, 'bmc-process.ts').catch(() => bmc), { timeout: 10_000 })
      .not.toBe(bmc);
    await expect
      .poll(async () => sushy('m1', [['power']]), { timeout: 20_000, interval: 500 })
      .toEqual(['On']);
    expect(await processNamed(lab, 'm1/qmp.sock')).toBe(qemu);
    expect(await sushy('m1', [['reset', 'ForceOff'], ['power']])).toEqual([null, 'Off']);
    await expect.poll(async () => (await labStatus(dir)).machines[0]?.power).toBe('Off');
  });

  it('uses an override up at the next boot also when the machine resets itself', async () => {
    const disk = await open((await labStatus(dir)).machines[0]?.disk ?? '', 'r+');
    // A boot sector that resets the machine by port 0xcf9: mov dx,0xcf9; mov al,6; out dx,al; jmp $
    await disk.write(Buffer.from('baf90cb006eeebfe', 'hex'), 0, 8, 0);
    await disk.write(Buffer.from('55aa', 'hex'), 0, 2, 510);
    await disk.close();
    const sectors = async (): Promise<number> => (await console('m1')).split('Booting from Hard Disk').length;
    expect(await sushy('m1', [['reset', 'On'], ['power']])).toEqual([null, 'On']);
    const before = await sectors();
    await expect.poll(sectors, { timeout: 30_000 }).toBeGreaterThan(before + 2);

    const screen = (await console('m1')).length;
    dhcpLog = '';
    expect(await sushy('m1', [['boot', 'Pxe', 'Once']])).toEqual([['Pxe', 'Once', 'Legacy']]);
    await expect
      .poll(() => dhcpLog, { timeout: 60_000 })
      .toMatch(/DHCPDISCOVER\(eth-pxe\).*52:54:00:20:00:01/);
    expect(await sushy('m1', [['boot']])).toEqual([['None', 'Disabled', 'Legacy']]);
    // After that one network boot the disk is first again.
    await expect
      .poll(async () => (await console('m1')).slice(screen).split('iPXE initialising devices')[1] ?? '', {
        timeout: 90_000,
      })
      .toMatch(/SeaBIOS.*Booting from Hard Disk.*SeaBIOS.*Booting from Hard Disk/s);
  });

  it('leaves no process, namespace, mount or file behind when it goes down', async () => {
    expect(await labDown(dir)).toBe(true);
    expect(dnsmasq.exitCode ?? dnsmasq.signalCode).not.toBeNull();
    expect(await labProcesses(lab)).toEqual([]);
    expect(await tracesOutside()).toEqual([]);
    await expect(access(dir)).rejects.toThrow(/ENOENT/);
    expect(await labDown(dir)).toBe(false);
  });
});

describe('a lab whose keeper was killed', () => {
  it('is called broken, refuses commands, and goes down like any other', async () => {
    const lab = await labUp({ dir, machines: [bios] });
    expect(await sushy('m1', [['reset', 'On'], ['power']])).toEqual([null, 'On']);
    process.kill(await processNamed(lab, 'keeper.ts'), 'SIGKILL');
    await expect.poll(async () => (await labStatus(dir)).state).toBe('broken');
    await expect(labRun(dir, 'seed', { argv: ['true'] })).rejects.toThrow(/is not running/);
    await labDown(dir, { keep_files: true });
    expect(await labProcesses(lab)).toEqual([]);
    expect(await labStatus(dir)).toMatchObject({ state: 'down', machines: [{ power: 'Off' }] });
    expect(await console('m1')).toMatch(/SeaBIOS/);
    expect(await labDown(dir)).toBe(true);
  });
});
