/** `ingot serve` as systemd and the operator meet it: a process with what it has, in namespaces of the test's own. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { BIN, makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { withSocketUnit } from '../rig/socket-unit.ts';
import { daemonEvents, problems, pxe } from './daemon-told.ts';
import { freezeThread } from './freeze-thread.ts';
import { startNotifyReceiver } from './notify-receiver.ts';
import { startSilentBmc } from './silent-bmc.ts';

const execute = promisify(execFile);
/** A late interface is looked for every five seconds. */
const LATE = { timeout: 20_000 };

let dir: string;
let daemon: RunningDaemon | null = null;
let wire: Wire | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-serve-'));
});
afterEach(async () => {
  await stop();
  await wire?.remove();
  wire = null;
  await rm(dir, { recursive: true, force: true });
});

async function start(config: object, launch: readonly string[] = []): Promise<RunningDaemon> {
  const { api } = await freePorts('api');
  daemon = await startDaemon({ dir, config: { api: { listen: `127.0.0.1:${api}` }, ...config }, launch });
  return daemon;
}

/** By SIGTERM; the exit code. */
async function stop(): Promise<number | null> {
  const running = daemon;
  daemon = null;
  if (running === null) return null;
  const code = await running.stop();
  expect(await running.log()).not.toContain('a defect in ingot');
  return code;
}

/** A node whose BMC takes connections and says nothing. */
const nodeAt = (port: number) => ({
  name: 'rack1-07',
  driver: 'redfish',
  driver_info: {
    redfish_address: `https://127.0.0.1:${port}`,
    redfish_verify_ca: false,
    redfish_username: 'admin',
    redfish_password: 'secret',
  },
  ports: [{ address: '52:54:00:12:34:56', pxe_enabled: true, physical_network: 'pxe' }],
});

/** A node whose next verbs boot the ramdisk. */
async function enrollManageable(running: Awaited<ReturnType<typeof start>>): Promise<void> {
  await running.client.nodes.enroll({ ...nodeAt(1), driver: 'fake-hardware' });
  await running.client.provision('rack1-07', 'manage');
  await expect
    .poll(async () => (await running.client.nodes.get('rack1-07')).provision_state)
    .toBe('manageable');
}

describe('with no network at all', () => {
  it('serves its API, makes every folder, and keeps all of it from other users', async () => {
    const running = await start({ networks: [] });
    expect(await problems(running)).toEqual({ API: null, 'API socket': null });
    expect((await running.client.status()).missing).toEqual([]);
    const modes: Record<string, string> = {};
    const state = join(dir, 'state');
    for (const name of ['.', ...(await readdir(state, { recursive: true }))])
      modes[name] = ((await stat(join(state, name))).mode & 0o777).toString(8);
    expect(modes).toMatchObject({
      '.': '700',
      cache: '700',
      images: '700',
      ramdisk: '700',
      'ingot.db': '600',
      'leases.db': '600',
      'secret.key': '600',
      'ingot.sock': '600',
    });
    expect(Object.values(modes).filter((mode) => mode !== '700' && mode !== '600')).toEqual([]);
    expect(await stop()).toBe(0);
  });

  it('tells a node that nothing can boot here', async () => {
    const running = await start({
      networks: [],
      boot: { ramdisk_dir: await makeRamdisk(join(dir, 'boot')) },
    });
    await enrollManageable(running);
    const { text } = await running.client.nodes.why('rack1-07');
    expect(text).toContain('no network of role pxe with an address of ours is configured');
  });
});

describe('with the DHCP socket of a systemd unit', () => {
  // The port is taken by that socket: a daemon that opened one of its own would be refused.
  it('answers on the socket that was passed', { timeout: 60_000 }, async () => {
    wire = await layWire('serve');
    await wire.addCable(0, '10.77.0.1/16');
    const launch = [...wire.enter('server'), ...withSocketUnit('s0')];
    const running = await start({ networks: [pxe('10.77.0.1')] }, launch);
    expect((await problems(running))['DHCP pxe']).toBeNull();
    const words = ['-i', 'c0', '-n', '-q', '-f', '-t', '5', '-s', '/bin/true'];
    const lease = await wire.run('client', 'udhcpc', ...words);
    expect(lease.output).toMatch(/lease of 10\.77\.1\.\d+ obtained/);
  });
});

describe('with a PXE network whose interface is not there', () => {
  it('says so in status, events and why, and serves as soon as the interface comes', {
    timeout: 60_000,
  }, async () => {
    wire = await layWire('serve');
    const boot = { ramdisk_dir: await makeRamdisk(join(dir, 'boot')) };
    const running = await start({ networks: [pxe('10.77.0.1')], boot }, wire.enter('server'));

    const noInterface = /No interface has that name: see `ip link` and correct `interface`/;
    const noAddress = 'boot pxe cannot listen on 10.77.0.1:6180: listen EADDRNOTAVAIL';
    await expect
      .poll(() => problems(running))
      .toEqual({
        API: null,
        'API socket': null,
        'DHCP pxe': expect.stringMatching(noInterface),
        'TFTP pxe': expect.stringMatching(noInterface),
        'PXE pxe': expect.stringMatching(noInterface),
        'syslog pxe': expect.stringMatching(noInterface),
        'boot pxe': expect.stringContaining(noAddress),
        'boot HTTPS pxe': expect.stringContaining('boot HTTPS pxe cannot listen on 10.77.0.1:6183'),
      });
    await expect
      .poll(() => daemonEvents(running))
      .toEqual(
        expect.arrayContaining([expect.stringMatching(noInterface), expect.stringContaining(noAddress)]),
      );
    await enrollManageable(running);
    expect((await running.client.nodes.why('rack1-07')).text).toMatch(
      /On the seed node: .*(s0|10\.77\.0\.1)/,
    );

    await wire.addCable(0, '10.77.0.1/16');
    await expect
      .poll(async () => new Set(Object.values(await problems(running))), LATE)
      .toEqual(new Set([null]));
    expect((await running.client.nodes.why('rack1-07')).text).not.toContain('On the seed node');

    const lease = await wire.run(
      'client',
      'udhcpc',
      '-i',
      'c0',
      '-n',
      '-q',
      '-f',
      '-t',
      '5',
      '-s',
      '/bin/true',
    );
    expect(lease.output).toMatch(/lease of 10\.77\.1\.\d+ obtained/);
    await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
    const shipped = await readFile('/usr/lib/ipxe/undionly.kpxe');
    const copy = join(dir, 'undionly.kpxe');
    await wire.run('client', 'atftp', '--get', '-r', 'undionly.kpxe', '-l', copy, '10.77.0.1');
    expect((await readFile(copy)).equals(shipped)).toBe(true);
    const url = 'http://10.77.0.1:6180/boot/undionly.kpxe';
    await wire.run('client', 'curl', '-sS', '--noproxy', '*', '-o', copy, '-f', url);
    expect((await readFile(copy)).equals(shipped)).toBe(true);
  });
});

describe('when the interface is deleted and made anew', () => {
  it('says so, and serves DHCP and TFTP again without a restart', { timeout: 60_000 }, async () => {
    wire = await layWire('serve');
    await wire.addCable(0, '10.77.0.1/16');
    const running = await start({ networks: [pxe('10.77.0.1')] }, wire.enter('server'));
    const lease = async (): Promise<string> =>
      (await wire?.run('client', 'udhcpc', '-i', 'c0', '-nqf', '-t', '5', '-s', '/bin/true'))?.output ?? '';
    expect(await lease()).toMatch(/lease of 10\.77\.1\.\d+ obtained/);

    await wire.removeCable(0);
    const gone = expect.stringMatching(/The interface s0 was removed|No interface has that name/);
    await expect.poll(() => problems(running), LATE).toMatchObject({ 'DHCP pxe': gone, 'TFTP pxe': gone });

    await wire.addCable(0, '10.77.0.1/16');
    await expect.poll(() => problems(running), LATE).toMatchObject({ 'DHCP pxe': null, 'TFTP pxe': null });
    expect(await lease()).toMatch(/lease of 10\.77\.1\.\d+ obtained/);
    await expect
      .poll(() => daemonEvents(running))
      .toEqual(
        expect.arrayContaining([
          expect.stringContaining('The interface s0 was removed, or made anew'),
          'DHCP pxe serves again at s0:67.',
          'TFTP pxe serves again at 10.77.0.1:69.',
        ]),
      );
  });
});

describe('with no ramdisk built', () => {
  it('says in status, events and why what to run', async () => {
    const networks = [{ ...pxe('127.0.0.1'), cidr: '127.0.0.0/8', dhcp: 'off', ranges: [] }];
    const { boot } = await freePorts('boot');
    const running = await start({ networks, boot: { listen_port: boot } });
    const folder = join(dir, 'state/ramdisk');
    const sentence = `vmlinuz and initrd.zst of the ramdisk are not in ${folder}: run "npm run ramdisk -- --into ${folder}"`;
    expect((await running.client.status()).missing).toContainEqual(expect.stringContaining(sentence));
    await expect.poll(() => daemonEvents(running)).toContainEqual(expect.stringContaining(sentence));
    await enrollManageable(running);
    expect((await running.client.nodes.why('rack1-07')).text).toContain(sentence);
  });
});

describe('SIGTERM', () => {
  it('ends a daemon with work at hand, and the next start goes on with it', async () => {
    const bmc = await startSilentBmc();
    try {
      const running = await start({});
      await running.client.nodes.enroll(nodeAt(bmc.port));
      await running.client.provision('rack1-07', 'manage');
      await expect.poll(bmc.connections).toBeGreaterThan(0);
      expect(await stop()).toBe(0);

      const before = bmc.connections();
      const again = await start({});
      await expect.poll(bmc.connections, LATE).toBeGreaterThan(before);
      expect(await again.client.jobs()).toMatchObject([{ verb: 'manage', node_uuid: expect.any(String) }]);
    } finally {
      await bmc.stop();
    }
  });
});

describe('the packet thread and its lease keeper', () => {
  /** A container without CAP_SYS_NICE may not. */
  const mayNot = spawnSync('chrt', ['--rr', '1', 'true']).status !== 0;
  it.skipIf(mayNot)('run before the rest of the daemon, so that no packet waits for the API', async () => {
    await start({});
    const pid = (await readFile(join(dir, 'state/ingot.lock'), 'utf8')).trim();
    const policies = async (): Promise<readonly number[]> => {
      const threads = await readdir(`/proc/${pid}/task`);
      const stats = await Promise.all(
        threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
      );
      // proc(5): the name in brackets is field 2, policy field 41.
      return stats.map((text) => Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[38]));
    };
    const [usual, realTime] = [0, 2]; // SCHED_OTHER, SCHED_RR
    await expect.poll(async () => (await policies()).filter((policy) => policy === realTime)).toHaveLength(2);
    expect(new Set(await policies())).toEqual(new Set([usual, realTime]));
  });
});

describe('systemd', () => {
  it('hears that the daemon is ready, alive and stopping', async () => {
    const socket = join(dir, 'notify');
    const systemd = await startNotifyReceiver(socket);
    try {
      await start({}, ['env', `NOTIFY_SOCKET=${socket}`, 'WATCHDOG_USEC=200000']);
      const alive = (): number => systemd.heard.filter((text) => text === 'WATCHDOG=1').length;
      await expect.poll(alive).toBeGreaterThan(2);
      expect(systemd.heard[0]).toMatch(
        /^READY=1\nSTATUS=ingot \S+, API on 127\.0\.0\.1:\d+, 0 networks\nMAINPID=\d+$/,
      );
      expect(await stop()).toBe(0);
      await expect.poll(() => systemd.heard.at(-1)).toBe('STOPPING=1');
    } finally {
      await systemd.stop();
    }
  });

  it('hears nothing while the packet thread hangs, and so starts the daemon anew', async () => {
    const systemd = await startNotifyReceiver(join(dir, 'notify'));
    const beats = (): number => systemd.heard.filter((text) => text === 'WATCHDOG=1').length;
    let thaw = async (): Promise<void> => {};
    try {
      const running = await start({}, [
        'env',
        `NOTIFY_SOCKET=${join(dir, 'notify')}`,
        'WATCHDOG_USEC=800000',
      ]);
      await expect.poll(beats).toBeGreaterThan(0);
      const pid = (await readFile(join(dir, 'state/ingot.lock'), 'utf8')).trim();
      thaw = await freezeThread(pid, 'packets');
      const complaints = async (): Promise<number> =>
        (await running.log()).split('the packet thread does not answer').length - 1;
      await expect.poll(complaints).toBeGreaterThan(0);
      const then = beats();
      const before = await complaints();
      await expect.poll(complaints).toBeGreaterThan(before + 1);
      expect(beats()).toBe(then);
      await thaw();
      await expect.poll(beats).toBeGreaterThan(then);
    } finally {
      await thaw();
      await systemd.stop();
    }
  });

  it('finds nothing wrong with the unit but for its place', async () => {
    const unit = await readFile(join(import.meta.dirname, '../../systemd/ingot.service'), 'utf8');
    const copy = join(dir, 'ingot.service');
    await writeFile(copy, unit.replace('/opt/ingot/bin/ingot', BIN));
    expect(await execute('systemd-analyze', ['verify', copy])).toEqual({ stdout: '', stderr: '' });
  });
});
