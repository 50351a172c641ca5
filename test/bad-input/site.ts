/** A daemon on loopback and a rack behind HTTPS whose machines run ingot's own agent, on files for disks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MIB } from '../../src/agent/disk/disk.ts';
import type { NodeAnswer } from '../../src/cli/answers.ts';
import { caFile } from '../../src/lab/files.ts';
import { makeCertificates, readCertificate } from '../../src/lab/tls.ts';
import { createLog } from '../../src/log.ts';
import { mbrImage, sha256 } from '../agent/support/images.ts';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { enrollBody, type RackAccess } from '../rig/rack.ts';
import { rackBmcAddress, rackName, startSimulatedRack } from '../rig/simulated/rack.ts';
import { makeDisk, realAgent } from './real-agent.ts';

export const BMC_PASSWORD = 'bmc-password-that-must-not-show';
const ADDRESS = '127.0.0.1';
const STATE_MS = 150_000;

export type Site = RackAccess & {
  readonly daemon: RunningDaemon;
  /** Of the authority that signed the BMCs' certificates. */
  readonly caFile: string;
  /** A whole-disk image of 8 MiB. */
  readonly image: { readonly file: string; readonly bytes: Buffer; readonly checksum: string };
  /** A port of loopback on which nobody listens. */
  readonly closedPort: number;
  /** Every machine has these two. */
  readonly disks: { readonly small: string; readonly large: string };
  /** Where the disk of that machine is. */
  diskFile(index: number, serial: string): string;
  stop(): Promise<void>;
};

export async function startSite(machines: number): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-bad-input-'));
  const ports = await freePorts('bmc', 'agent', 'boot', 'https', 'api', 'closed');
  const bmcs = Array.from({ length: machines }, (_, index) => rackBmcAddress(ADDRESS, index));
  await makeCertificates(dir, bmcs);
  const certificates = await Promise.all(
    bmcs.map(async (bmc) => [bmc, await readCertificate(dir, bmc)] as const),
  );
  const images = await makeRamdisk(join(dir, 'images'));
  const bytes = mbrImage(8 * MIB);
  await writeFile(join(images, 'os.raw'), bytes);
  const disks = { small: 'SMALL-1', large: 'LARGE-1' };
  const folderOf = (index: number): string => join(dir, rackName(index));
  const ofMachine = await Promise.all(
    Array.from({ length: machines }, (_, index) =>
      Promise.all([
        makeDisk(folderOf(index), { serial: disks.small, size: 6 * MIB, wwn: '0x01' }),
        makeDisk(folderOf(index), { serial: disks.large, size: 16 * MIB, wwn: '0x02' }),
      ]),
    ),
  );
  const rack = await startSimulatedRack(
    {
      machines,
      address: ADDRESS,
      bmcPort: ports.bmc,
      agentPort: ports.agent,
      workMs: 100,
      bootUrl: `http://${ADDRESS}:${ports.boot}`,
      credentials: { username: 'admin', password: BMC_PASSWORD },
      tls: Object.fromEntries(certificates),
      ramdisk: realAgent(dir, (index) => ofMachine[index] ?? []),
    },
    createLog('silent'),
  );
  const daemon = await startDaemon({
    dir,
    config: {
      api: { listen: `${ADDRESS}:${ports.api}` },
      boot: { listen_port: ports.boot, https: { listen_port: ports.https }, ramdisk_dir: images },
      images: { source_dirs: [images] },
      timeouts: { callback_s: 60, command_s: 170, power_s: 60 },
      networks: [{ name: 'pxe', role: 'pxe', cidr: '127.0.0.0/8', address: ADDRESS, dhcp: 'off' }],
    },
  });
  return {
    daemon,
    disks,
    bmcUrls: rack.bmcUrls,
    password: BMC_PASSWORD,
    closedPort: ports.closed,
    caFile: caFile(dir),
    image: { file: join(images, 'os.raw'), bytes, checksum: `sha256:${sha256(bytes)}` },
    diskFile: (index, serial) => join(folderOf(index), `${serial}.img`),
    stop: async () => {
      await daemon.stop();
      await rack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Enrolls machine N; `driverInfo` replaces what a test is about. Returns its name. */
export async function enroll(
  site: Site,
  index: number,
  driverInfo: { readonly [field: string]: string | boolean } = {},
): Promise<string> {
  const trusting = { redfish_verify_ca: site.caFile, ...driverInfo };
  const body = enrollBody(index, site, trusting);
  const properties = { capabilities: 'boot_mode:bios' };
  await site.daemon.client.nodes.enroll({ ...body, properties, automated_clean: false });
  return rackName(index);
}

/** Asks for a verb and waits until its job has ended, well or badly. */
export async function provision(site: Site, name: string, verb: string): Promise<NodeAnswer> {
  const { client } = site.daemon;
  await client.provision(name, verb);
  for (const until = Date.now() + STATE_MS; ; await sleep(100)) {
    const job = await client.nodes.job(name);
    const node = await client.nodes.get(name);
    if (job?.status !== 'running') return node;
    if (Date.now() > until) throw new Error(`${name} stays ${node.provision_state}: ${node.last_error}`);
  }
}

/** Enrolled, verified and without cleaning made available. */
export async function makeAvailable(site: Site, index: number): Promise<string> {
  const name = await enroll(site, index);
  await provision(site, name, 'manage');
  const { provision_state, last_error } = await provision(site, name, 'provide');
  if (provision_state !== 'available') throw new Error(`${name} is ${provision_state}: ${last_error}`);
  return name;
}
