/** The config drive as foreign programs see it: isoinfo, bsdtar, cloud-init's own code and netplan. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildConfigDrive as build } from '../../src/images/config-drive.ts';
import { networkDataFor } from '../../src/ipam/network-data.ts';
import { GOOD, LEAF_KEY, SELF_SIGNED, TEST_CA } from '../bmc/certificates.ts';
import { networks } from '../ipam/networks.ts';
import { listenOnLoopback } from '../rig/loopback.ts';

const run = promisify(execFile);
/** Ours and the program's files on the way are in the folder that the system gives for them. */
const buildConfigDrive = (input: Omit<Parameters<typeof build>[0], 'workDir'>): Promise<string> =>
  build({ ...input, workDir: tmpdir() });
const NODE = { uuid: '7f0d3cfc-6f6f-4f3c-9f7e-0a5d8e3b1c11', name: 'rack1-u07', instance_uuid: null };
const TOKEN = 'lcm-token-0123456789';
const MACS = { '52:54:00:aa:bb:01': 'ens3', '52:54:00:aa:bb:02': 'ens4' };
const USER_DATA = '#cloud-config\nruncmd: [[touch, /run/by-the-operator]]\n';
const NETWORKS = networks(
  { name: 'pxe', role: 'pxe', cidr: '10.20.0.0/16' },
  { name: 'lcm', role: 'lcm', cidr: '10.40.0.0/24', gateway: '10.40.0.1', nameservers: ['10.40.0.2'] },
);

async function folderFor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-drive-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

type Understood = {
  readonly metadata: Record<string, unknown>;
  readonly userdata: string;
  readonly vendor_parts: readonly (readonly [string, string])[];
  readonly network: { readonly config: readonly object[] } | null;
};

/** Unpacks the drive with bsdtar and lets cloud-init read it; the netplan file lands in `target`. */
async function readByCloudInit(
  drive: string,
): Promise<{ understood: Understood; target: string; image: string }> {
  const folder = await folderFor();
  const [image, root, target] = ['drive.iso', 'root', 'target'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(image, gunzipSync(Buffer.from(drive, 'base64')));
  await mkdir(root);
  await mkdir(target);
  await run('bsdtar', ['-xf', image, '-C', root]);
  const script = new URL('./read-config-drive.py', import.meta.url).pathname;
  // scripts/setup.sh unpacks cloud-init there rather than install it on this host.
  const library = new URL('../../.cache/debian/cloud-init/usr/lib/python3/dist-packages', import.meta.url);
  const { stdout } = await run('/usr/bin/python3', [script, root, target, JSON.stringify(MACS)], {
    env: { ...process.env, PYTHONPATH: library.pathname },
  });
  return { understood: JSON.parse(stdout) as Understood, target, image };
}

describe('a config drive', () => {
  const networkData = networkDataFor({
    ports: [
      { address: '52:54:00:aa:bb:01', physical_network: 'pxe', portgroup_uuid: null },
      { address: '52:54:00:aa:bb:02', physical_network: 'lcm', portgroup_uuid: null },
    ],
    portgroups: [],
    allocations: [{ network: 'lcm', address: '10.40.0.17' }],
    networks: NETWORKS,
  });
  let drive = '';
  beforeAll(async () => {
    drive = await buildConfigDrive({
      node: NODE,
      request: { user_data: USER_DATA, meta_data: { public_keys: { me: 'ssh-ed25519 AAAA me' } } },
      networkData,
      lcm: { url: 'http://10.40.0.1:6180', authority: null, token: TOKEN },
    });
  });

  test('is an ISO 9660 volume called config-2', async () => {
    const { image } = await readByCloudInit(drive);
    const { stdout } = await run('isoinfo', ['-d', '-i', image]);
    expect(stdout).toMatch(/^Volume id: config-2$/m);
  });

  test('shows its files to root only', async () => {
    const { image } = await readByCloudInit(drive);
    const { stdout } = await run('bsdtar', ['-tvf', image]);
    const files = stdout.split('\n').filter((line) => line.includes('openstack/latest/'));
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const line of files) expect(line).toMatch(/^(-rw-------|drwx------)\s+\d+\s+(0|root)\s+(0|root)\s/);
  });

  test("tells cloud-init the host name, the instance, the keys and the operator's user data", async () => {
    const { understood } = await readByCloudInit(drive);
    expect(understood.metadata).toMatchObject({
      'local-hostname': 'rack1-u07',
      'instance-id': NODE.uuid,
      public_keys: { me: 'ssh-ed25519 AAAA me' },
    });
    expect(understood.userdata).toBe(USER_DATA);
  });

  test('makes cloud-init write a netplan with the static address on the NIC with that MAC, and on no other', async () => {
    const { target } = await readByCloudInit(drive);
    await run('/usr/libexec/netplan/generate', ['--root-dir', target]);
    const units = join(target, 'run/systemd/network');
    const files = (await readdir(units)).filter((name) => name.endsWith('.network'));
    expect(files).toEqual(['10-netplan-ens4.network']);
    const unit = await readFile(join(units, '10-netplan-ens4.network'), 'utf8');
    expect(unit).toContain('Address=10.40.0.17/24');
    expect(unit).toContain('Gateway=10.40.0.1');
    expect(unit).toContain('DNS=10.40.0.2');
    expect(unit).not.toContain('DHCP=');
  });

  test('makes cloud-init bond the NICs of a portgroup, with its mode and settings, and address the bond', async () => {
    const portgroup_uuid = '0d5ad9a2-9f4b-4f05-a0e0-1b0e3f0d6c11';
    const { target } = await readByCloudInit(
      await buildConfigDrive({
        node: NODE,
        request: {},
        networkData: networkDataFor({
          ports: Object.keys(MACS).map((address) => ({ address, physical_network: 'lcm', portgroup_uuid })),
          portgroups: [{ uuid: portgroup_uuid, address: null, mode: '802.3ad', properties: { miimon: 100 } }],
          allocations: [{ network: 'lcm', address: '10.40.0.17' }],
          networks: NETWORKS,
        }),
        lcm: null,
      }),
    );
    await run('/usr/libexec/netplan/generate', ['--root-dir', target]);
    const unit = (name: string): Promise<string> =>
      readFile(join(target, 'run/systemd/network', name), 'utf8');
    const bond = await unit('10-netplan-bond0.netdev');
    for (const line of ['Kind=bond', 'Mode=802.3ad', 'MIIMonitorSec=100']) expect(bond).toContain(line);
    expect(await unit('10-netplan-bond0.network')).toContain('Address=10.40.0.17/24');
    for (const nic of ['ens3', 'ens4'])
      expect(await unit(`10-netplan-${nic}.network`)).toContain('Bond=bond0');
  });

  test('gives no route where the network has no gateway', async () => {
    const { target } = await readByCloudInit(
      await buildConfigDrive({
        node: NODE,
        request: {},
        networkData: networkDataFor({
          ports: [{ address: '52:54:00:aa:bb:02', physical_network: 'lcm', portgroup_uuid: null }],
          portgroups: [],
          allocations: [{ network: 'lcm', address: '10.40.0.17' }],
          networks: networks({ name: 'lcm', role: 'lcm', cidr: '10.40.0.0/24' }),
        }),
        lcm: null,
      }),
    );
    await run('/usr/libexec/netplan/generate', ['--root-dir', target]);
    const unit = await readFile(join(target, 'run/systemd/network/10-netplan-ens4.network'), 'utf8');
    expect(unit).toContain('Address=10.40.0.17/24');
    expect(unit).not.toContain('Gateway');
  });

  test('carries the report as a vendor script, beside a vendor part of the operator', async () => {
    const drive = await buildConfigDrive({
      node: NODE,
      request: { vendor_data: { 'cloud-init': '#cloud-config\ntimezone: UTC\n' } },
      networkData: null,
      lcm: { url: 'http://10.40.0.1:6180', authority: null, token: TOKEN },
    });
    const { understood } = await readByCloudInit(drive);
    expect(understood.vendor_parts.map(([type]) => type)).toEqual([
      'text/cloud-config',
      'text/x-shellscript',
    ]);
  });

  test('leaves no file of its own behind', async () => {
    const before = process.env.TMPDIR;
    const folder = await folderFor();
    onTestFinished(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    process.env.TMPDIR = folder;
    await buildConfigDrive({ node: NODE, request: {}, networkData, lcm: null });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the report script that cloud-init runs', () => {
  type Report = {
    readonly headers: IncomingHttpHeaders;
    readonly path: string;
    readonly body: Record<string, unknown>;
  };

  /** An LCM listener that answers with these statuses in turn, the last one for ever. */
  async function listener(
    statuses: readonly number[],
    tls?: { readonly cert: string; readonly key: string },
  ): Promise<{ url: string; reports: Report[]; reported: (count: number) => Promise<void> }> {
    const reports: Report[] = [];
    const waiters: (() => void)[] = [];
    const listen: RequestListener = (request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += String(chunk);
      });
      request.on('end', () => {
        const body = JSON.parse(text) as Record<string, unknown>;
        reports.push({ headers: request.headers, path: `${request.method} ${request.url}`, body });
        response.writeHead(statuses[reports.length - 1] ?? statuses.at(-1) ?? 204).end();
        for (const wake of waiters.splice(0)) wake();
      });
    };
    const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
    const port = await listenOnLoopback(server);
    onTestFinished(() => void server.close());
    const reported = async (count: number): Promise<void> => {
      while (reports.length < count) await new Promise<void>((resolve) => waiters.push(resolve));
    };
    return {
      url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}`,
      reports,
      reported,
    };
  }

  async function scriptFor(url: string, authority: string | null = null): Promise<string> {
    const drive = await buildConfigDrive({
      node: NODE,
      request: {},
      networkData: null,
      lcm: { url, authority, token: TOKEN },
    });
    const { understood, target } = await readByCloudInit(drive);
    const script = join(target, 'part-001');
    await writeFile(script, understood.vendor_parts[0]?.[1] ?? '');
    await chmod(script, 0o700);
    return script;
  }

  test('posts host name, addresses and token to the status call of its node', async () => {
    const { url, reports } = await listener([204]);
    await run(await scriptFor(url));
    expect(reports).toHaveLength(1);
    expect(reports[0]?.path).toBe(`POST /lcm/v1/nodes/${NODE.uuid}/status`);
    expect(reports[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(reports[0]?.body).toMatchObject({ status: 'booted' });
    expect(typeof reports[0]?.body.hostname).toBe('string');
    expect(Array.isArray(reports[0]?.body.addresses)).toBe(true);
  });

  test.each([
    ['the authority that signed its certificate', GOOD, TEST_CA, 1],
    ['its certificate itself, which is no authority', GOOD, GOOD, 1],
    ['an authority that did not sign the certificate', SELF_SIGNED, TEST_CA, 0],
  ])('by HTTPS, where it holds %s, reports so many times', async (_what, cert, authority, count) => {
    const { url, reports } = await listener([204], { cert, key: LEAF_KEY });
    const script = await scriptFor(url, authority);
    // One attempt: `main` would go on in the background.
    await run('/usr/bin/python3', [
      '-c',
      `import runpy; runpy.run_path(${JSON.stringify(script)})['attempt']()`,
    ]);
    expect(reports).toHaveLength(count);
  });

  test('lets the boot go on and tries again when ingot is not ready', async () => {
    const { url, reports, reported } = await listener([503, 503, 204]);
    await run(await scriptFor(url));
    await reported(3);
    expect(reports.map(({ body }) => body.status)).toEqual(['booted', 'booted', 'booted']);
  });

  test('does not insist when its token is refused', async () => {
    const { url, reports } = await listener([401]);
    await run(await scriptFor(url));
    expect(reports).toHaveLength(1);
  });
});
