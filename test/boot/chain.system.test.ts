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
  expect(scripts.map((script) => script.includes('goes round'))).toEqual([
    ...Array.from({ length: 5 }, () => false),
    true,
    true,
  ]);
  await expect.poll(async () => (await kinds(node)).filter((kind) => kind === 'boot.loop')).toHaveLength(1);
});

test('a node’s own iPXE build is what DHCP names and TFTP sends', async () => {
  await machine(4, { ipxe_program: 'ipxe' });
  await client.firmwareDhcp();
  expect(await client.bootFile()).toBe('ipxe.efi');
  const { content } = await client.tftp();
  expect(content?.equals(await readFile('/usr/lib/ipxe/ipxe.efi'))).toBe(true);
});
