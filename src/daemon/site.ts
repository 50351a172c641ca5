/** What the lifecycle asks of the site: addresses, config drives, URLs, and whether machines can boot at all. */
import { existsSync } from 'node:fs';
import type { BootSite } from '../boot/decision.ts';
import type { BootManifest } from '../boot/manifest.ts';
import { missingSecureBootPrograms, SECURE_GRUBS } from '../boot/secure-boot.ts';
import type { Config, NetworkConfig } from '../config/schema.ts';
import { serverAddress } from '../config/server-address.ts';
import { IngotError } from '../errors.ts';
import { buildConfigDrive } from '../images/config-drive.ts';
import type { LcmAccess } from '../images/config-drive-report.ts';
import { fetchSmall } from '../images/fetch-small.ts';
import { createHttpDispatcher } from '../images/http-manners.ts';
import { chooseAddress } from '../ipam/choose-address.ts';
import { isForTheOs, networkDataFor } from '../ipam/network-data.ts';
import { usesSecureBoot } from '../lifecycle/capabilities.ts';
import { PACKED_DRIVE_MAX_BYTES } from '../lifecycle/deploy/packed-drive.ts';
import type { BuildConfigDrive, FetchConfigDrive, LifecycleDeps, Site } from '../lifecycle/deps.ts';
import { cidrContains, type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Store } from '../store/store.ts';
import type { HttpsBoot } from './listeners/https-boot.ts';
import { missingRamdiskOf } from './missing-ramdisk.ts';
import { workFolder } from './state-dir/folders.ts';

type Options = {
  readonly config: Config;
  readonly store: Store;
  /** Why machines of that network cannot be served just now, or null. */
  readonly problemOf: (network: string) => string | null;
  /** What stands in the way of machines there, though we serve. */
  readonly warnings: () => readonly string[];
  readonly manifest: Pick<BootManifest, 'httpGrubs'>;
  readonly holderOf: Site['holderOf'];
  readonly https: HttpsBoot;
};

export function createSite({
  config,
  store,
  problemOf,
  warnings,
  manifest,
  holderOf,
  https,
}: Options): Site & Pick<LifecycleDeps, 'allocateAddresses' | 'buildConfigDrive' | 'fetchConfigDrive'> {
  const addressOn = (network: NetworkConfig): Ipv4 | null => serverAddress(network, config.networks);
  const pxe = config.networks.filter((network) => network.role === 'pxe' && addressOn(network) !== null);
  const lcm = config.networks.find((network) => network.role === 'lcm' && network.address !== undefined);
  const url = (network: NetworkConfig): string => `http://${addressOn(network)}:${config.boot.listen_port}`;

  const dispatcher = createHttpDispatcher();
  const fetchDrive: FetchConfigDrive = async (url, signal) => {
    const file = { what: 'the config drive', url: new URL(url), maxBytes: PACKED_DRIVE_MAX_BYTES };
    return (await fetchSmall(file, { dispatcher, signal })).toString('latin1');
  };
  const lcmAccess = (network: NetworkConfig): Pick<LcmAccess, 'url' | 'authority'> => {
    if (https.served === null) return { url: url(network), authority: null };
    const { certificates, port } = https.served;
    const authority = certificates.authority ?? certificates.certificate;
    return { url: `https://${addressOn(network)}:${port}`, authority };
  };

  const buildDrive: BuildConfigDrive = async ({ node, request, lcmToken }) => {
    const ports = await store.ports.listByNode(node.uuid);
    const portgroups = await store.portgroups.listByNode(node.uuid);
    const allocations = await store.addresses.listByNode(node.uuid);
    return await buildConfigDrive({
      node,
      request,
      networkData: networkDataFor({ ports, portgroups, allocations, networks: config.networks }),
      lcm: lcm === undefined ? null : { ...lcmAccess(lcm), token: lcmToken },
      workDir: workFolder(config),
    });
  };

  return {
    automatedClean: config.cleaning.automated,
    secureHttpBoot: manifest.httpGrubs.has(SECURE_GRUBS['efi-x64'] ?? ''),
    rescuePasswordHash: config.rescue.password_hash,
    bootProblem: (node) => {
      const problems = pxe.map(({ name }) => problemOf(name));
      const nowhere = problems.every((problem) => problem !== null);
      const all = [
        ...missingRamdiskOf(node.properties.cpu_arch, config),
        ...(usesSecureBoot(node) ? missingSecureBoot(node, config) : []),
        ...(https.problem === null ? [] : [https.problem]),
        ...(nowhere ? [problems[0] ?? NO_PXE_NETWORK] : []),
      ];
      return all.length === 0 ? null : all.join('; ');
    },
    bootWarnings: warnings,
    imageUrl: (node, imageId) => `${url(networkOf(node, pxe))}/images/${imageId}`,
    isAgentAddress: (address) =>
      config.networks.some(({ role, cidr }) => role === 'pxe' && cidrContains(cidr, address)),
    agentRules: { byTls: https.served !== null, upstream: config.boot.upstream_agents },
    holderOf,
    allocateAddresses: (nodeUuid) => allocate(nodeUuid, { config, store }),
    buildConfigDrive: buildDrive,
    fetchConfigDrive: fetchDrive,
  };
}

const NO_PXE_NETWORK =
  'no network of role pxe with an address of ours is configured: machines have nothing to boot from. Add one to the configuration.';

/** A sentence that names what Secure Boot needs on that machine and is not there. */
function missingSecureBoot({ properties }: NodeRecord, config: Config): readonly string[] {
  const missing = missingSecureBootPrograms(properties.cpu_arch, {
    dir: config.boot.secure_boot_dir,
    exists: existsSync,
  });
  if (missing.length === 0) return [];
  const how =
    config.boot.secure_boot_dir === null
      ? `install ${missing.map(({ debianPackage }) => debianPackage).join(' and ')}`
      : `put ${missing.map(({ name }) => name).join(' and ')} there`;
  return [
    `the node uses Secure Boot, and ${missing.map(({ path }) => path).join(' and ')} cannot be found: ${how}, and restart ingot`,
  ];
}

/** The PXE network that the node's agent called from; the first one when it has not called yet. */
function networkOf(node: NodeRecord, pxe: readonly NetworkConfig[]): NetworkConfig {
  const callback = node.agent?.callback_url ?? null;
  const address = callback === null ? null : parseIpv4(new URL(callback).hostname);
  const network = pxe.find(({ cidr }) => address !== null && cidrContains(cidr, address)) ?? pxe[0];
  if (network !== undefined) return network;
  throw new IngotError('invalid_state', NO_PXE_NETWORK, { hint: 'See config/ingot.example.yaml.' });
}

/** One static address on each network for the OS that one of the node's NICs is plugged into. */
async function allocate(
  nodeUuid: string,
  { config, store }: Pick<Options, 'config' | 'store'>,
): Promise<void> {
  await store.transaction(async (queries) => {
    const plugged = new Set((await queries.ports.listByNode(nodeUuid)).map((port) => port.physical_network));
    const networks = config.networks.filter(
      (network) =>
        isForTheOs(network) &&
        plugged.has(network.name) &&
        network.ranges.some(({ use }) => use === 'static'),
    );
    for (const network of networks) {
      const claimed = await queries.addresses.listByNetwork(network.name);
      if (claimed.some((address) => address.node_uuid === nodeUuid)) continue;
      const address = chooseAddress(network, new Set(claimed.map((claim) => claim.address)));
      if (address === null) {
        throw new IngotError(
          'no_address',
          `Every static address of network "${network.name}" is given away`,
          {
            hint: 'Widen its static range in the configuration, or undeploy nodes that are not needed.',
          },
        );
      }
      await queries.addresses.claim(network.name, address, nodeUuid);
    }
  });
}

/** How machines reach boot files, whatever the network. */
export function bootSite({ boot }: Config, { served }: HttpsBoot): Omit<BootSite, 'serverAddress'> {
  const { https, listen_port: httpPort, syslog, upstream_agents: upstreamAgents } = boot;
  const tls = served === null ? null : { port: served.port, fingerprint: served.certificates.fingerprint };
  const uefiHttpsPort = https.uefi ? https.listen_port : null;
  return { httpPort, syslog, uefiHttpsPort, tls, ipxeByTls: https.ipxe, upstreamAgents };
}
