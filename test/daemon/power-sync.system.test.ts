/**
 * What happens at a BMC without ingot (switched by curl, a password that is wrong there), and a BMC that only restarts.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ingot, makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { enrollBody, type RackProcess, startRackProcess } from '../rig/rack.ts';
import { rackName } from '../rig/simulated/rack.ts';

const PASSWORD = 'rack-password-that-must-not-show';
const NAME = rackName(0);
/** Two rounds of ten seconds, and what a busy machine adds. */
const SOON = { timeout: 60_000, interval: 200 };

let dir: string;
let rack: RackProcess;
let daemon: RunningDaemon;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-power-sync-'));
  const ports = await freePorts('bmc', 'agent', 'boot', 'https', 'api');
  rack = await startRackProcess({
    machines: 1,
    address: '127.0.0.1',
    bmcPort: ports.bmc,
    agentPort: ports.agent,
    workMs: 100,
    bootUrl: `http://127.0.0.1:${ports.boot}`,
    credentials: { username: 'admin', password: PASSWORD },
  });
  daemon = await startDaemon({
    dir,
    config: {
      api: { listen: `127.0.0.1:${ports.api}` },
      boot: {
        listen_port: ports.boot,
        https: { listen_port: ports.https },
        ramdisk_dir: await makeRamdisk(join(dir, 'ramdisk')),
      },
      power_sync: { interval_s: 10 },
      networks: [{ name: 'pxe', role: 'pxe', cidr: '127.0.0.0/8', address: '127.0.0.1', dhcp: 'off' }],
    },
  });
  await daemon.client.nodes.enroll(enrollBody(0, { bmcUrls: rack.bmcUrls, password: PASSWORD }));
  expect(await ingot('node', 'manage', NAME, '--wait', '--url', daemon.url)).toMatchObject({ code: 0 });
}, 120_000);

afterAll(async () => {
  await daemon?.stop();
  await rack?.stop();
  await rm(dir, { recursive: true, force: true });
});

const said = async (...words: readonly string[]): Promise<string> =>
  (await ingot(...words, '--url', daemon.url)).stdout;

async function setPassword(password: string): Promise<void> {
  const file = join(dir, 'password');
  await writeFile(file, password, { mode: 0o600 });
  const set = ['node', 'set', NAME, `driver_info/redfish_password=@${file}`, '--url', daemon.url];
  expect(await ingot(...set)).toMatchObject({ code: 0 });
}

test('the record follows a machine that is switched on at its BMC', async () => {
  expect((await daemon.client.nodes.get(NAME)).power_state).toBe('power off');
  const url = `${rack.bmcUrls[0]}/redfish/v1/Systems/${NAME}/Actions/ComputerSystem.Reset`;
  const words = ['-sS', '--fail', '-u', `admin:${PASSWORD}`, '-H', 'Content-Type: application/json'];
  await promisify(execFile)('curl', [...words, '-d', '{"ResetType": "On"}', url]);
  await expect.poll(async () => (await daemon.client.nodes.get(NAME)).power_state, SOON).toBe('power on');
  expect(await said('node', 'why', NAME)).toContain('The BMC shows the machine as on; the record said off.');
}, 90_000);

test('a password that the BMC does not take any more is told, and its cure', async () => {
  await setPassword('wrong');
  await expect.poll(() => said('node', 'show', NAME), SOON).toMatch(/^BMC +credentials since /m);
  expect(await said('status')).toMatch(/^BMCs in trouble:\n +credentials +1$/m);
  const why = await said('node', 'why', NAME);
  expect(why).toMatch(/Its BMC refuses the credentials since .*: BMC .* does not accept the login/);
  expect(why).toContain('Check driver_info/redfish_username and driver_info/redfish_password');
  const node = await daemon.client.nodes.get(NAME);
  expect(node).toMatchObject({ maintenance: false, power_state: 'power on', provision_state: 'manageable' });

  await setPassword(PASSWORD);
  await expect.poll(() => said('node', 'show', NAME), SOON).toMatch(/^BMC +no trouble known$/m);
  expect(await said('status')).not.toContain('BMCs in trouble');
}, 150_000);

test('a machine that must not be switched off is inspected by restarts, and its power off is refused', async () => {
  await said('node', 'set', NAME, 'disable_power_off=true');
  const refused = await ingot('node', 'power', 'off', NAME, '--url', daemon.url);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('ask for a reboot') });
  expect(refused.stderr).toContain('Failed to set node power state to power off.');
  const before = (await rack.ledgers()).get(NAME)?.boots.length ?? 0;
  expect(await ingot('node', 'inspect', NAME, '--wait', '--url', daemon.url)).toMatchObject({ code: 0 });
  expect((await rack.ledgers()).get(NAME)?.boots.slice(before)).toEqual(['pxe', 'disk']);
  expect(await said('node', 'show', NAME)).toMatch(/^power +power on, never switched off$/m);
}, 90_000);
