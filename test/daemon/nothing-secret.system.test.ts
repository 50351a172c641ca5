/**
 * A machine is deployed, from its firmware's first question to its image, while somebody on its wire writes down every
 * packet and asks for himself: none of the secrets is in what he gets. What is in it is the one-time ticket of the
 * boot, which is good for the machine's own address only (docs/http-boot.md).
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MIB } from '../../src/agent/disk/disk.ts';
import { agentToken, bootTicket, lcmToken } from '../../src/lifecycle/agents/tokens.ts';
import { macWithHyphens } from '../../src/net/mac.ts';
import { mbrImage, sha256 } from '../agent/support/images.ts';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../bad-input/pxe-client.ts';
import { enrollBody, type RackProcess, startRackProcess } from '../rig/rack.ts';
import { rackMac, rackName } from '../rig/simulated/rack.ts';

const PASSWORD = 'bmc-password-of-the-rack';
const USER_DATA = 'user-data-with-a-key';
const NODE = rackName(0);
const MAC = rackMac(0);
const STRANGER = rackMac(66);
const AT = `http://${DAEMON_ADDRESS}:6180`;
const BY_TLS = `https://${DAEMON_ADDRESS}:6183`;
const LOOKUP = `/v1/lookup?addresses=${MAC}`;

let site: NetworkSite;
let rack: RackProcess;
let client: PxeClient;
let folder: string;
let uuid: string;
let ticket: string;
/** By what they are. */
let secrets: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-no-secret-'));
  site = await startNetworkSite('nosecret', { callback_s: 150, power_s: 30 });
  rack = await startRackProcess(
    {
      machines: 1,
      address: '127.0.0.1',
      bmcPort: 8000,
      agentPort: 0,
      workMs: 0,
      bootUrl: AT,
      credentials: { username: 'admin', password: PASSWORD },
      ramdisk: 'silent',
    },
    site.wire.launch('server'),
  );
  client = await createPxeClient(site.wire);
  const { nodes } = site.daemon.client;
  const state = dirname(site.daemon.url.replace('unix://', ''));
  const image = mbrImage(4 * MIB);
  await mkdir(join(state, 'images'), { recursive: true });
  await writeFile(join(state, 'images/os.raw'), image);
  const { node } = await nodes.enroll({
    ...enrollBody(0, { bmcUrls: rack.bmcUrls, password: PASSWORD }),
    automated_clean: false,
    properties: { capabilities: 'boot_mode:bios', root_device: { serial: 'DISK-1' } },
    instance_info: {
      image_source: `file://${join(state, 'images/os.raw')}`,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: sha256(image),
      configdrive: { user_data: USER_DATA },
    },
  });
  uuid = node.uuid;
  for (const [verb, reached] of [
    ['manage', 'manageable'],
    ['provide', 'available'],
    ['active', 'wait call-back'],
  ] as const) {
    await site.daemon.client.provision(NODE, verb);
    await until(async () => (await nodes.get(NODE)).provision_state === reached);
  }
  const key = await readFile(join(state, 'secret.key'));
  ticket = bootTicket(key, { uuid, boot_generation: 1 });
  secrets = {
    'the password of the BMC': PASSWORD,
    'the user data': USER_DATA,
    'the token of the agent': agentToken(key, { uuid, boot_generation: 1 }),
    'the token of the agent of the next boot': agentToken(key, { uuid, boot_generation: 2 }),
    'the LCM token': lcmToken(key, { uuid, instance_generation: 1 }),
    'the key of all tokens': key.toString('latin1'),
    'the key of all tokens in base64': key.toString('base64'),
    'the key of all tokens in hex': key.toString('hex'),
  };
  await until(async () => (await nodes.get(NODE)).power_state === 'power on');
  await client.become(MAC);
  await client.firmwareDhcp();
});
afterAll(async () => {
  await client?.remove();
  await rack?.stop();
  await site?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function until(holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await sleep(100))
    if (Date.now() > end) throw new Error(`in vain: ${holds.toString()}`);
}

/** The body of whatever answer comes, from the machine's side of the wire. */
async function fetched(path: string, ...words: readonly string[]): Promise<string> {
  const curl = ['curl', '-sS', '--noproxy', '*', ...words, `${AT}${path}`] as const;
  return (await site.wire.run('client', ...curl)).output;
}

/** Status and body, whoever answers. */
async function asked(url: string, ...words: readonly string[]): Promise<{ status: string; text: string }> {
  const curl = [
    'curl',
    '-sS',
    '--noproxy',
    '*',
    '--insecure',
    '-w',
    '\n%{http_code}',
    ...words,
    url,
  ] as const;
  const text = (await site.wire.run('client', ...curl)).output;
  return { status: text.slice(-3), text };
}

/** What the machine's power button does, at its BMC. */
async function switchOff(): Promise<void> {
  const reset = `${rack.bmcUrls[0]}/redfish/v1/Systems/${NODE}/Actions/ComputerSystem.Reset`;
  const curl = ['curl', '-sS', '-f', '--noproxy', '*', '-u', `admin:${PASSWORD}`] as const;
  const words = ['-H', 'Content-Type: application/json', '-d', '{"ResetType":"ForceOff"}', reset] as const;
  const { code, output } = await site.wire.run('server', ...curl, ...words);
  expect(code, output).toBe(0);
}

async function events(): Promise<readonly string[]> {
  return (await site.daemon.client.nodes.timeline(NODE, 100)).map(({ message }) => message);
}

/** What is in the text of what must not be. */
function found(text: string): readonly string[] {
  return Object.entries(secrets).flatMap(([what, secret]) => (text.includes(secret) ? [what] : []));
}

test('no secret is in what TFTP gives the machine, from its first program to its ramdisk', async () => {
  const names = [
    'snponly.efi',
    'grub/grub.cfg',
    `grub/grub.cfg-01-${macWithHyphens(MAC)}`,
    'vmlinuz',
    'initrd.zst',
  ];
  for (const name of names) {
    const { content, output } = await client.tftp(name);
    expect(content?.length ?? output, name).toBeGreaterThan(0);
    expect(found(content?.toString('latin1') ?? ''), name).toEqual([]);
  }
});

test('nor in its script, kernel and ramdisk by HTTP', async () => {
  const script = await client.ipxeScript();
  expect(script).toContain('vmlinuz');
  const texts = [script, await fetched('/files/vmlinuz'), await fetched('/files/initrd.zst')];
  for (const text of [...texts, await fetched('/boot/snponly.efi', '--output', '-')]) {
    expect(text.length).toBeGreaterThan(0);
    expect(found(text)).toEqual([]);
  }
});

test('nor in anything else that is asked for where machines boot: operators are not served there', async () => {
  const nodes = [`/v1/nodes/${uuid}`, `/v1/nodes/${NODE}`, `/v1/nodes?detail=true`, '/v1/nodes', '/v1/ports'];
  const ours = ['timeline', 'why', 'job', 'inventory'].map((word) => `/ingot/v1/nodes/${NODE}/${word}`);
  const more = [
    '/',
    '/v1',
    '/ingot/v1/status',
    '/metrics',
    '/v1/events',
    '/state/secret.key',
    '/images/secret.key',
  ];
  for (const path of [...nodes, ...ours, ...more]) {
    const answer = await fetched(path, '--max-time', '5');
    expect(found(answer), path).toEqual([]);
    expect(answer, path).not.toMatch(/driver_info|redfish_/);
  }
});

test('a stranger on the wire gets no ticket, and with one that he heard no token; the node tells of him', async () => {
  await client.become(STRANGER);
  await client.firmwareDhcp();
  const script = await fetched(`/ipxe/${macWithHyphens(MAC)}`);
  expect(script).toMatch(
    /this is not taken for \S+: DHCP gave \S+ to 52:54:00:00:00:42, which is no port of it/,
  );
  expect(script).not.toMatch(/kernel |ticket=/);
  const { content } = await client.tftp(`grub/grub.cfg-01-${macWithHyphens(MAC)}`);
  expect(content?.toString()).toContain('this is not taken for');
  const heard = ['-H', `X-Ingot-Ticket: ${ticket}`] as const;
  expect(await asked(`${BY_TLS}${LOOKUP}`, ...heard)).toMatchObject({ status: '403' });
  const told = await events();
  expect(told).toContainEqual(expect.stringMatching(/^had a request for its script refused/));
  expect(told).toContainEqual(expect.stringMatching(/^had a look-up from 10\.77\.\S+ refused/));
  await client.become(MAC);
  await client.firmwareDhcp();
});

test.each([
  ['without its ticket', BY_TLS, [], 'it shows no ticket'],
  ['by plain HTTP', AT, ['-H', 'X-Ingot-Ticket: TICKET'], 'it came by plain HTTP'],
] as const)('nor is the token given to the machine itself %s', async (_how, at, words, because) => {
  const given = words.map((word) => word.replace('TICKET', ticket));
  const { status, text } = await asked(`${at}${LOOKUP}`, ...given);
  expect([status, text]).toEqual(['403', expect.stringContaining(because)]);
});

test('a whole deployment is heard on the wire, and of all that is secret in it nothing', async () => {
  const heard = join(folder, 'heard.pcap');
  const listener = site.wire.start(
    'client',
    'tcpdump',
    '-i',
    'c0',
    '-U',
    '-w',
    heard,
    '-s',
    '0',
    '-Z',
    'root',
  );
  await until(async () => (await readFile(heard).catch(() => '')).length > 0);
  await client.tftp();
  await client.ipxeScript();
  await client.fetchFromScript('kernel');
  await client.fetchFromScript('initrd');
  const program = join(import.meta.dirname, 'agent-on-the-wire.ts');
  const options = JSON.stringify({ bootUrl: AT, folder });
  const agent = site.wire.start('client', process.execPath, program, options);
  await once(agent, 'exit');
  await switchOff();
  const { nodes } = site.daemon.client;
  await until(async () => /active|failed/.test((await nodes.get(NODE)).provision_state));
  expect(await nodes.get(NODE)).toMatchObject({ provision_state: 'active', last_error: null });
  await sleep(500);
  const gone = once(listener, 'exit');
  listener.kill('SIGINT');
  await gone;
  const packets = await readFile(heard, 'latin1');
  // What is looked for would be found: the script and the image went by.
  expect(packets).toContain(`ingot-ticket=${ticket}`);
  expect(packets.length).toBeGreaterThan(64 * 1024);
  expect(found(packets)).toEqual([]);
  expect(await readFile(join(folder, 'DISK-1.img'), 'latin1')).toContain('config-2');
}, 200_000);

test('when its boot has ended the ticket is good for nothing', async () => {
  const { status } = await asked(`${BY_TLS}${LOOKUP}`, '-H', `X-Ingot-Ticket: ${ticket}`);
  expect(status).toBe('404');
});

test('the log of the daemon has none of them either', async () => {
  expect(found(await site.daemon.log())).toEqual([]);
});
