/** The demo's errand: enroll, inspect, provide, deploy, wait for the OS. Each node goes at its own pace. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Client, DeployBody } from '../../src/cli/client.ts';
import type { Assets } from '../assets.ts';
import { patiently, requestOnce } from '../patience.ts';
import type { Rig } from '../rig.ts';

export type DemoNode = {
  readonly name: string;
  readonly firmware: 'bios' | 'uefi';
  readonly provision_state: string;
  readonly os_reported: boolean;
  readonly phases: { readonly inspect_s: number; readonly deploy_s: number; readonly boot_s: number };
};

type Options = {
  readonly assets: Assets;
  readonly say: (text: string) => void;
  /** For the image's user, in OpenSSH's form. */
  readonly publicKey?: string;
};

/** Longest wait for one stable state; a machine under emulation needs a minute or two for each. */
const STATE_MS = 900_000;
const POLL_MS = 500;

const enrollFile = z.object({ nodes: z.array(z.record(z.string(), z.json())) });

export async function provisionAll(rig: Rig, options: Options): Promise<readonly DemoNode[]> {
  const text = await readFile(join(rig.lab.dir, 'nodes.yaml'), 'utf8');
  for (const node of enrollFile.parse(parse(text)).nodes) await rig.client.nodes.enroll(node);
  options.say(`enrolled ${rig.lab.machines.map((machine) => machine.name).join(' and ')}`);
  return await Promise.all(
    rig.lab.machines.map((machine) =>
      provision(rig.client, { ...options, name: machine.name, firmware: machine.firmware }),
    ),
  );
}

type NodeOptions = Options & { readonly name: string; readonly firmware: 'bios' | 'uefi' };

async function provision(
  client: Client,
  { name, firmware, assets, publicKey }: NodeOptions,
): Promise<DemoNode> {
  await reach(client, name, { verb: 'manage', state: 'manageable' });
  const inspect_s = await reach(client, name, { verb: 'inspect', state: 'manageable' });
  await reach(client, name, { verb: 'provide', state: 'available' });
  const deploy_s = await reach(client, name, {
    verb: 'active',
    state: 'active',
    deploy: testImage(assets, { hostname: name, publicKey }),
  });
  const booted = Date.now();
  const os_reported = await awaitReport(client, name);
  const node = await patiently(() => client.nodes.get(name));
  const phases = { inspect_s, deploy_s, boot_s: seconds(booted) };
  return { name, firmware, provision_state: node.provision_state, os_reported, phases };
}

/** What the verb `active` is given to deploy our test image. */
export function testImage(
  { image }: Assets,
  { hostname, publicKey }: { readonly hostname: string; readonly publicKey?: string | undefined },
): Omit<DeployBody, 'target'> {
  return {
    instance_info: {
      image_source: `file://${image.path}`,
      image_os_hash_algo: 'sha256',
      image_os_hash_value: image.sha256,
      image_disk_format: 'qcow2',
    },
    configdrive: {
      meta_data: { hostname, ...(publicKey === undefined ? {} : { public_keys: { operator: publicKey } }) },
    },
  };
}

type Errand = {
  readonly verb: string;
  readonly state: string;
  /** What is deployed by the verb `active`. */
  readonly deploy?: Omit<DeployBody, 'target'>;
};

/** Asks for the verb and waits for the state; returns the seconds it took, throws with the node's own reason. */
export async function reach(client: Client, name: string, errand: Errand): Promise<number> {
  const started = Date.now();
  const { verb, deploy } = errand;
  await requestOnce(client, name, () =>
    deploy === undefined
      ? client.provision(name, verb)
      : client.nodes.deploy(name, { target: 'active', ...deploy }),
  );
  while (Date.now() - started < STATE_MS) {
    await sleep(POLL_MS);
    const node = await patiently(() => client.nodes.get(name));
    if (node.provision_state === errand.state && node.target_provision_state === null)
      return seconds(started);
    const failed = node.provision_state.endsWith('failed') || node.provision_state === 'error';
    const fellBack = node.provision_state === 'enroll' && node.last_error !== null;
    if (failed || fellBack) break;
  }
  const why = await patiently(() => client.nodes.why(name));
  throw new Error(`${name} did not become ${errand.state}: ${why.text}`);
}

export async function awaitReport(client: Client, name: string): Promise<boolean> {
  const started = Date.now();
  while (Date.now() - started < STATE_MS) {
    const events = await patiently(() => client.nodes.timeline(name, 50));
    if (events.some((event) => event.kind === 'lcm.status')) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 100) / 10;
}
