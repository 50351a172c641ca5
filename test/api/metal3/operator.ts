/**
 * What baremetal-operator does with a host (pkg/provisioner/ironic), as far as Ironic sees it: its bodies, its polls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { RackAccess } from '../../rig/rack.ts';
import { rackMac, rackName } from '../../rig/simulated/rack.ts';
import { type Gophercloud, type Node, UnexpectedCode } from './gophercloud.ts';

/** It asks every 10 s; its machines are slower. */
const POLL_MS = 50;
const PATIENCE_MS = 100_000;

export type Host = {
  readonly uuid: string;
  node(): Promise<Node>;
  patch(operations: readonly object[]): Promise<Node>;
  /** Asks until nobody holds the node, then waits for the state. */
  provision(
    body: { readonly target: string; readonly [argument: string]: unknown },
    states: readonly string[],
  ): Promise<Node>;
  until(what: string, condition: (node: Node) => boolean): Promise<Node>;
  /** What it writes on the host where `boot` or `deploy` is false; empty where it goes on. */
  validationErrors(): Promise<readonly string[]>;
  call(method: string, part: string, body?: unknown): Promise<unknown>;
};

const verdict = z.object({ result: z.boolean(), reason: z.string().optional() });
const validation = z.object({ boot: verdict, deploy: verdict });
const ports = z.object({ ports: z.array(z.object({ node_uuid: z.uuid(), address: z.string() })) });

/** The body of enrollNode; what is an empty text there is left out, as by Go's `omitempty`. */
const enrolled = (index: number, { bmcUrls, password }: RackAccess, interfaces: object) => ({
  name: `metal3~host-${index}`,
  driver: 'redfish',
  boot_interface: 'ipxe',
  firmware_interface: 'redfish',
  inspect_interface: 'agent',
  raid_interface: 'redfish',
  disable_power_off: false,
  driver_info: {
    redfish_username: 'admin',
    redfish_password: password,
    redfish_address: bmcUrls[index] ?? '',
    redfish_system_id: `/redfish/v1/Systems/${rackName(index)}`,
    redfish_verify_ca: false,
    deploy_kernel: 'http://metal3/ipa.kernel',
    deploy_ramdisk: 'http://metal3/ipa.initramfs',
  },
  properties: { capabilities: 'boot_mode:uefi', cpu_arch: 'x86_64' },
  ...interfaces,
});

/** Looks for the host by name and MAC, registers it with its port, and has it verified. */
export async function register(
  cloud: Gophercloud,
  index: number,
  { rack, interfaces = {} }: { readonly rack: RackAccess; readonly interfaces?: object },
): Promise<Host> {
  const body = enrolled(index, rack, interfaces);
  const unknown = await cloud.getNode(body.name).catch((thrown: unknown) => thrown);
  if (!(unknown instanceof UnexpectedCode && unknown.status === 404)) throw unknown;
  const address = rackMac(index);
  const taken = await cloud.call(`GET /v1/ports?address=${address}&fields=node_uuid%2Cuuid%2Caddress`);
  if (ports.parse(taken).ports.length > 0) throw new Error(`${address} belongs to another node`);
  const { uuid } = await cloud.createNode(body);
  await cloud.call('POST /v1/ports', { node_uuid: uuid, address, pxe_enabled: true });
  const host = hostOf(cloud, uuid);
  await host.provision({ target: 'manage' }, ['manageable']);
  return host;
}

function hostOf(cloud: Gophercloud, uuid: string): Host {
  const node = (): Promise<Node> => cloud.getNode(uuid);
  const call: Host['call'] = (method, part, body) => cloud.call(`${method} /v1/nodes/${uuid}${part}`, body);
  const until: Host['until'] = async (what, condition) => {
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
      const now = await node();
      if (condition(now)) return now;
      if (Date.now() > end)
        throw new Error(`not ${what}: ${now.provision_state}, ${now.power_state}, ${now.last_error}`);
    }
  };
  return {
    uuid,
    node,
    call,
    until,
    patch: (operations) => unlessBusy(() => cloud.updateNode(uuid, operations)),
    provision: async (body, states) => {
      await unlessBusy(() => call('PUT', '/states/provision', body));
      return await until(states.join(' or '), ({ provision_state }) =>
        states.includes(provision_state ?? ''),
      );
    },
    validationErrors: async () => {
      const { boot, deploy } = validation.parse(await call('GET', '/validate'));
      return [boot, deploy].filter(({ result }) => !result).map(({ reason = '' }) => reason);
    },
  };
}

/** A 409 is for later: it asks again. */
async function unlessBusy<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof UnexpectedCode && thrown.status === 409) || Date.now() > end) throw thrown;
    }
  }
}

/** It puts the host into maintenance first, so that Ironic lets go of it in any state. */
export async function remove(cloud: Gophercloud, host: Host): Promise<void> {
  await host.call('PUT', '/maintenance', { reason: 'forced deletion in baremetal-operator' });
  await unlessBusy(() => host.call('DELETE', ''));
  const gone = await cloud.getNode(host.uuid).catch((thrown: unknown) => thrown);
  if (!(gone instanceof UnexpectedCode && gone.status === 404)) throw new Error('the node is still there');
}
