/** iPXE of all kinds against the running daemon, played by Debian's udhcpc, atftp and curl. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../bad-input/pxe-client.ts';

let site: NetworkSite;
let client: PxeClient;
beforeAll(async () => {
  site = await startNetworkSite('chain');
  client = await createPxeClient(site.wire);
});
afterAll(async () => {
  await client.remove();
  await site.stop();
});

/** Enrolls a machine, puts it on the wire, and gives its node's name. */
async function machine(number: number, properties: Readonly<Record<string, string>> = {}): Promise<string> {
  const mac = `52:54:00:0c:4a:0${number}`;
  await site.daemon.client.nodes.enroll({
    name: `m${number}`,
    driver: 'redfish',
    properties,
    ports: [{ address: mac }],
    driver_info: { redfish_address: 'https://192.0.2.1' },
  });
  await client.become(mac);
  return `m${number}`;
}
const kinds = async (node: string): Promise<readonly string[]> =>
  (await site.daemon.client.nodes.timeline(node)).map(({ kind }) => kind);

/** How many loads of its script or configuration its node tells. */
const loadsOf = async (node: string): Promise<number> =>
  (await kinds(node)).filter((kind) => kind === 'boot.script' || kind === 'boot.loop').length;
/** Of seven loads. */
const STUCK_FROM_THE_SIXTH = [false, false, false, false, false, true, true];

describe('a ROM’s iPXE without HTTP', () => {
  test('loads ours by TFTP, and ours gets the script', async () => {
    const node = await machine(1);
    await client.oldIpxeDhcp();
    expect(await client.bootFile()).toBe('undionly.kpxe');
    const { content } = await client.tftp();
    expect(content?.equals(await readFile('/usr/lib/ipxe/undionly.kpxe'))).toBe(true);
    expect(await client.ipxeScript()).toContain('boots from its own disk');
    await expect.poll(() => kinds(node)).toEqual(expect.arrayContaining(['tftp.done', 'boot.script']));
    // The next boot is a boot like the first.
    await client.oldIpxeDhcp();
    expect(await client.bootFile()).toBe('undionly.kpxe');
  });

  test('that has no HTTP after it loaded ours gets nothing more to load, and its node says why', async () => {
    const node = await machine(2);
    await client.oldIpxeDhcp();
    await client.tftp();
    await client.oldIpxeDhcp();
    expect(await client.bootFile()).toBe(null);
    await expect.poll(() => kinds(node)).toContain('boot.loop');
    const told = (await site.daemon.client.nodes.timeline(node)).find(({ kind }) => kind === 'boot.loop');
    expect(told).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/iPXE without HTTP, also after ours .* boot\.ipxe_dir/),
    });
  });
});

test('a machine that comes for the same script the sixth time is sent on, and its node says so once', async () => {
  const node = await machine(3);
  const scripts: string[] = [];
  for (let times = 0; times < 7; times++) scripts.push(await client.ipxeScript());
  expect(scripts.map((script) => script.includes('goes round'))).toEqual(STUCK_FROM_THE_SIXTH);
  await expect.poll(async () => (await kinds(node)).filter((kind) => kind === 'boot.loop')).toHaveLength(1);
});

test('a GRUB that loads its configuration by TFTP the sixth time is sent on, and its node says so once', async () => {
  const node = await machine(5);
  await client.firmwareDhcp();
  const texts: string[] = [];
  for (let times = 0; times < 7; times++) {
    texts.push(String((await client.tftp('grub/grub.cfg-01-52:54:00:0c:4a:05')).content));
    // A load counts when its last ACK has come.
    await expect.poll(() => loadsOf(node)).toBe(times + 1);
  }
  expect(texts.map((text) => text.includes('goes round, back to its firmware'))).toEqual(
    STUCK_FROM_THE_SIXTH,
  );
  expect(texts[0]).toContain('boots from its own disk');
  expect(texts[6]).toMatch(/\nexit\n$/);
  expect((await kinds(node)).filter((kind) => kind === 'boot.loop')).toHaveLength(1);
});

test('a machine whose address another DHCP server gave is sent on the sixth time, and its node names that address', async () => {
  const node = await machine(6);
  await site.wire.run('client', 'ip', 'address', 'add', '10.77.255.9/16', 'dev', 'c0');
  const url = 'http://10.77.0.1:6180/ipxe/52-54-00-0c-4a-06';
  const scripts: string[] = [];
  for (let times = 0; times < 7; times++)
    scripts.push((await site.wire.run('client', 'curl', '-sS', '--noproxy', '*', url)).output);
  expect(scripts.map((script) => script.includes('goes round'))).toEqual(STUCK_FROM_THE_SIXTH);
  await expect.poll(() => kinds(node)).toContain('boot.loop');
  const told = (await site.daemon.client.nodes.timeline(node)).filter(({ kind }) => kind === 'boot.loop');
  expect(told).toMatchObject([{ message: expect.stringContaining('DHCP gave 10.77.255.9 to nobody') }]);
});

test('a node’s own iPXE build is what DHCP names and TFTP sends', async () => {
  await machine(4, { ipxe_program: 'ipxe' });
  await client.firmwareDhcp();
  expect(await client.bootFile()).toBe('ipxe.efi');
  const { content } = await client.tftp();
  expect(content?.equals(await readFile('/usr/lib/ipxe/ipxe.efi'))).toBe(true);
});
