/**
 * What a booting machine, and anybody beside it, gets by TFTP and plain HTTP holds no secret. The one exception is
 * Ironic's protocol: the token of an agent, for as long as none has proved that it has it (docs/http-boot.md).
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { rackMac, rackName } from '../../src/lab/simulated/rack.ts';
import { lcmToken } from '../../src/lifecycle/tokens.ts';
import { macWithHyphens } from '../../src/net/mac.ts';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../bad-input/pxe-client.ts';
import { enrollBody, type RackProcess, startRackProcess } from '../rig/rack.ts';

const PASSWORD = 'bmc-password-of-the-rack';
const USER_DATA = 'user-data-with-a-key';
const URL_PASSWORD = 'password-of-the-image-server';
const NODE = rackName(0);
const MAC = rackMac(0);
const AT = `http://${DAEMON_ADDRESS}:6180`;
const lookup = z.object({
  node: z.object({ uuid: z.string() }),
  config: z.object({ agent_token: z.string() }),
});

let site: NetworkSite;
let rack: RackProcess;
let client: PxeClient;
let uuid: string;
/** By what they are. */
let secrets: Readonly<Record<string, string>>;

beforeAll(async () => {
  site = await startNetworkSite('nosecret', { callback_s: 100, power_s: 30 });
  rack = await startRackProcess(
    {
      ...{ machines: 1, address: '127.0.0.1', bmcPort: 8000, agentPort: 0, workMs: 0 },
      ...{ bootUrl: AT, credentials: { username: 'admin', password: PASSWORD }, ramdisk: 'silent' },
    },
    site.wire.launch('server'),
  );
  client = await createPxeClient(site.wire);
  const { nodes } = site.daemon.client;
  const { node } = await nodes.enroll({
    ...enrollBody(0, { bmcUrls: rack.bmcUrls, password: PASSWORD }),
    instance_info: {
      image_source: `http://user:${URL_PASSWORD}@10.9.9.9/image.raw`,
      configdrive: { user_data: USER_DATA },
    },
  });
  uuid = node.uuid;
  const key = await readFile(join(dirname(site.daemon.url.replace('unix://', '')), 'secret.key'));
  secrets = {
    'the password of the BMC': PASSWORD,
    'the user data': USER_DATA,
    'the password in the URL of the image': URL_PASSWORD,
    'the LCM token': lcmToken(key, { uuid, instance_generation: 0 }),
    'the LCM token of the next deployment': lcmToken(key, { uuid, instance_generation: 1 }),
    'the key of all tokens': key.toString('latin1'),
    'the key of all tokens in base64': key.toString('base64'),
    'the key of all tokens in hex': key.toString('hex'),
  };
  for (const [verb, state] of [
    ['manage', 'manageable'],
    ['inspect', 'inspect wait'],
  ] as const) {
    await site.daemon.client.provision(NODE, verb);
    await until(async () => (await nodes.get(NODE)).provision_state === state);
  }
  await until(async () => (await nodes.job(NODE))?.step === 'collect-inventory');
  await client.become(MAC);
  await client.firmwareDhcp();
});
afterAll(async () => {
  await client?.remove();
  await rack?.stop();
  await site?.stop();
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(100))
    if (Date.now() > end) throw new Error(`in vain: ${holds.toString()}`);
}

/** The body of whatever answer comes, from the machine's side of the wire. */
async function fetched(path: string, ...words: readonly string[]): Promise<string> {
  const curl = ['curl', '-sS', '--noproxy', '*', ...words, `${AT}${path}`] as const;
  return (await site.wire.run('client', ...curl)).output;
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

test('the look-up gives the agent its token and nothing else; once the agent has it, nobody gets it again', async () => {
  const path = `/v1/lookup?addresses=${MAC}`;
  const first = await fetched(path);
  expect(found(first)).toEqual([]);
  const { config, node } = lookup.parse(JSON.parse(first));
  expect([node.uuid, config.agent_token.length]).toEqual([uuid, 43]);
  const beat = JSON.stringify({
    ...{ callback_url: 'https://10.77.1.1:9999', agent_token: config.agent_token },
    ...{ agent_version: '1.0.0', agent_status: 'start', agent_status_message: '' },
  });
  const words = ['-X', 'POST', '-H', 'Content-Type: application/json', '-d', beat, '-w', '%{http_code}'];
  expect(await fetched(`/v1/heartbeat/${uuid}`, ...words)).toBe('202');
  const again = await fetched(path);
  expect(again).not.toContain(config.agent_token);
  expect(lookup.parse(JSON.parse(again)).config.agent_token).toBe('******');
});

test('the log of the daemon has none of them either', async () => {
  expect(found(await site.daemon.log())).toEqual([]);
});
