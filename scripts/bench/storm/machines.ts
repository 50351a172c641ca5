/**
 * `node machines.ts NIC SERVER PORT COUNT SECONDS`: that many machines are switched on within so many seconds, and each
 * boots as a BIOS machine does: DHCP, iPXE by TFTP, DHCP again, script, kernel, ramdisk. Prints one line of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { macWithHyphens } from '../../../src/net/mac.ts';
import { type DhcpTimes, openDhcpDesk } from './dhcp-desk.ts';
import { httpGet } from './http-get.ts';
import { createOwnAddresses } from './own-address.ts';
import { stormMac } from './storm-mac.ts';
import { tftpGet } from './tftp-get.ts';

const [nic = 'c0', server = '', port = '6180', count = '1', seconds = '1'] = process.argv.slice(2);
const site = `http://${server}:${port}`;

const BIOS: readonly (readonly [number, Uint8Array])[] = [
  [60, Buffer.from('PXEClient:Arch:00000:UNDI:002001')],
  [93, Buffer.from([0, 0])],
];
/** The user class, and option 175 with the feature HTTP. */
const IPXE = [...BIOS, [77, Buffer.from('iPXE')], [175, Buffer.from([0x13, 1, 1])]] as const;

const dhcp: DhcpTimes = { offers: [], lost: 0 };
const desk = await openDhcpDesk(nic, dhcp);
const addresses = createOwnAddresses();
const waits: number[] = [];
const failures: string[] = [];
let refusals = 0;

async function boot(number: number): Promise<void> {
  const mac = stormMac(number);
  const address = await desk.lease(mac, BIOS);
  await addresses.own(address);
  await tftpGet(address, server, 'undionly.kpxe');
  await desk.lease(mac, IPXE);
  await httpGet(address, `${site}/ipxe/${macWithHyphens(mac)}`);
  let waited = 0;
  for (const file of ['vmlinuz', 'initrd.zst']) {
    const fetched = await httpGet(address, `${site}/files/${file}`);
    refusals += fetched.refusals;
    waited += fetched.waitedMs;
  }
  waits.push(waited);
}

const began = performance.now();
await Promise.all(
  Array.from({ length: Number(count) }, async (_, number) => {
    await sleep((number / Number(count)) * Number(seconds) * 1000);
    await boot(number).catch((error: unknown) => failures.push(String(error)));
  }),
);
desk.close();
addresses.close();
const took = (performance.now() - began) / 1000;
process.stdout.write(
  `${JSON.stringify({ ...dhcp, waits, refusals, failed: failures.length, failures: failures.slice(0, 5), seconds: took })}\n`,
);
