/** TFTP of a whole daemon: what it serves beside the boot programs, in namespaces of the test's own. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layWire, type Outcome, type Wire } from '../dhcp/wire.ts';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { enrollBody, type RackProcess, startRackProcess } from '../rig/rack.ts';
import { rackName } from '../rig/simulated/rack.ts';

const SERVER = '10.77.0.1';
/** For machines that have other work. */
const PATIENCE = { timeout: 30_000 };
/** In blocks of 1468 bytes the block number wraps once. */
const INITRD = randomBytes(1468 * 66_000 + 77);

let dir: string;
let wire: Wire;
let daemon: RunningDaemon;
let rack: RackProcess;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-tftp-daemon-'));
  wire = await layWire('tftp');
  await wire.addCable(0, `${SERVER}/16`);
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
  const ramdisk = await makeRamdisk(join(dir, 'boot'));
  await writeFile(join(ramdisk, 'initrd.zst'), INITRD);
  await symlink('/etc/passwd', join(ramdisk, 'passwd'));
  const pxe = {
    name: 'pxe',
    role: 'pxe',
    interface: 's0',
    address: SERVER,
    dhcp: 'authoritative',
    cidr: '10.77.0.0/16',
    ranges: [{ use: 'dhcp', from: '10.77.1.0', to: '10.77.1.255' }],
  };
  const config = { boot: { ramdisk_dir: ramdisk, tftp: { single_port: true } }, networks: [pxe] };
  daemon = await startDaemon({ dir, config, launch: wire.enter('server') });
  rack = await startRackProcess(
    {
      machines: 1,
      address: '127.0.0.1',
      bmcPort: 8000,
      agentPort: 0,
      workMs: 0,
      ramdisk: 'silent',
      bootUrl: `http://${SERVER}:6180`,
      credentials: { username: 'admin', password: 'secret' },
    },
    wire.launch('server'),
  );
  await daemon.client.nodes.enroll(enrollBody(0, { bmcUrls: rack.bmcUrls, password: 'secret' }));
});
afterAll(async () => {
  await rack?.stop();
  await daemon?.stop();
  await wire?.remove();
  await rm(dir, { recursive: true, force: true });
});

const target = (): string => join(dir, 'target');

async function get(name: string, ...options: readonly string[]): Promise<Outcome> {
  await rm(target(), { force: true });
  const words = options.flatMap((option) => ['--option', option]);
  return await wire.run('client', 'atftp', ...words, '--get', '-r', name, '-l', target(), SERVER);
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('kernel and ramdisk', () => {
  test('are there from the moment that a node shall boot them, 97 MB with a block number that wraps', async () => {
    expect((await get('initrd.zst')).output).toContain('no such file');
    await daemon.client.provision(rackName(0), 'manage');
    await expect
      .poll(async () => (await daemon.client.nodes.get(rackName(0))).provision_state, PATIENCE)
      .toBe('manageable');
    await daemon.client.provision(rackName(0), 'inspect');
    await expect
      .poll(async () => (await daemon.client.nodes.get(rackName(0))).provision_state, PATIENCE)
      .toBe('inspect wait');
    await expect
      .poll(async () => (await get('initrd.zst', 'blksize 1468', 'windowsize 16')).output, {
        timeout: 10_000,
      })
      .not.toContain('no such file');
    expect(digest(await readFile(target()))).toBe(digest(INITRD));
    for (const name of ['\\VMLINUZ', './vmlinuz'])
      expect((await get(name)).output).not.toContain('no such file');
    expect((await readFile(target())).length).toBeGreaterThan(0);
  });

  test.each(['passwd', '../initrd.zst', '/etc/passwd', 'x/../vmlinuz', 'vmlinuz/', '%2e/vmlinuz'])(
    'a folder stands behind them, and yet "%s" is no file: neither links nor paths are followed',
    async (name) => {
      expect((await get(name)).output).toContain('no such file');
    },
  );
});

test('with boot.tftp.single_port all that comes from the server comes from port 69', async () => {
  const words = ['-i', 'c0', '-n', '-l', '-U', '-c', '3', 'udp', 'and', 'src', 'host', SERVER];
  const watcher = wire.start('client', 'tcpdump', ...words);
  let seen = '';
  let said = '';
  watcher.stdout?.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  watcher.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const watched = once(watcher, 'close');
  await expect.poll(() => said, PATIENCE).toContain('listening on');
  await get('snponly.efi', 'blksize 1024');
  await watched;
  expect(seen.match(/IP \S+ >/g)).toEqual(Array.from({ length: 3 }, () => `IP ${SERVER}.69 >`));
});
