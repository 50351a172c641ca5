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
  /** Null: nobody knows, for the node was not enrolled, or the daemon does not answer. */
  readonly provision_state: string | null;
  readonly os_reported: boolean;
  /** In seconds; null: it did not come to its end. */
  readonly phases: Readonly<Record<'inspect_s' | 'deploy_s' | 'boot_s', number | null>>;
};

type Options = {
  readonly assets: Assets;
  readonly say: (text: string) => void;
  /** For the image's user, in OpenSSH's form. */
  readonly publicKey?: string;
  /** Told after each phase: what is known of a node if the next one fails. */
  readonly onPhase?: (node: DemoNode) => void;
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
  { name, firmware, assets, publicKey, onPhase }: NodeOptions,
): Promise<DemoNode> {
  let node = notBegun({ name, firmware });
  const reached = (provision_state: string, phases: Partial<DemoNode['phases']> = {}): void => {
    node = { ...node, provision_state, phases: { ...node.phases, ...phases } };
    onPhase?.(node);
  };
  await reach(client, name, { verb: 'manage', state: 'manageable' });
  const inspect_s = await reach(client, name, { verb: 'inspect', state: 'manageable' });
  reached('manageable', { inspect_s });
  await reach(client, name, { verb: 'provide', state: 'available' });
  const deploy_s = await reach(client, name, {
    verb: 'active',
    state: 'active',
    deploy: testImage(assets, { hostname: name, publicKey }),
  });
  reached('active', { deploy_s });
  const booted = Date.now();
  const os_reported = await awaitReport(client, name);
  const { provision_state } = await patiently(() => client.nodes.get(name));
  reached(provision_state, { boot_s: os_reported ? seconds(booted) : null });
  return { ...node, os_reported };
}

/** What is known of a machine before anything was done with it. */
export function notBegun({ name, firmware }: Pick<DemoNode, 'name' | 'firmware'>): DemoNode {
  const phases = { inspect_s: null, deploy_s: null, boot_s: null };
  return { name, firmware, provision_state: null, os_reported: false, phases };
}

/** With the state that the node is in now, as far as the daemon still answers. */
export async function withState(client: Client, node: DemoNode): Promise<DemoNode> {
  const now = await client.nodes.get(node.name).catch(() => null);
  return { ...node, provision_state: now?.provision_state ?? node.provision_state };
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
