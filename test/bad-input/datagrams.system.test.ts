/** 10,000 bad datagrams at each port of the running daemon: it counts every one, and then serves the next machine. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CLIENT_REFUSALS } from '../../src/dhcp/codec/client-facts.ts';
import { CLIENT_MESSAGES } from '../../src/dhcp/codec/message-type.ts';
import { PACKET_REFUSALS } from '../../src/dhcp/codec/packet.ts';
import { TFTP_DROPS } from '../../src/tftp/counts.ts';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from './network-site.ts';
import { createPxeClient, type PxeClient } from './pxe-client.ts';

const MANY = 10_000;
/** As many as the kernel's buffers hold for sure: none is lost on the way. */
const BATCH = 250;

/** A datagram at port 67 ends in exactly one of these. */
const DHCP_FATES = [
  ...PACKET_REFUSALS,
  ...CLIENT_REFUSALS,
  ...CLIENT_MESSAGES.map((type) => `received_${type}`),
].map((name) => `dhcp.${name}`);
/** And one at port 69 in one of these; the two that are left out are about our own sockets. */
const TFTP_FATES = ['requests', ...TFTP_DROPS]
  .filter((name) => name !== 'no_socket' && name !== 'send_failed')
  .map((name) => `tftp.${name}`);

const statusSchema = z.looseObject({ counters: z.record(z.string(), z.number()) });

let site: NetworkSite;
let client: PxeClient;
beforeAll(async () => {
  site = await startNetworkSite('datagrams');
  client = await createPxeClient(site.wire);
});
afterAll(async () => {
  await client?.remove();
  await site?.stop();
});

async function counters(): Promise<Readonly<Record<string, number>>> {
  return statusSchema.parse(await site.daemon.client.status()).counters;
}

async function sum(names: readonly string[]): Promise<number> {
  const counts = await counters();
  return names.reduce((total, name) => total + (counts[name] ?? Number.NaN), 0);
}

/** Sends them from another machine of the network, never faster than the daemon counts. */
async function throwDatagrams(fates: readonly string[], program: string, ...args: string[]): Promise<void> {
  const { wire } = site;
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
  await wire.run('client', 'ip', 'route', 'replace', '255.255.255.255', 'dev', 'c0');
  const before = await sum(fates);
  const path = join(import.meta.dirname, program);
  const sender = wire.start('client', process.execPath, path, ...args);
  if (sender.stdin === null || sender.stdout === null) throw new Error('the sender has no pipes');
  const answers = createInterface({ input: sender.stdout });
  for (let sent = BATCH; sent <= MANY; sent += BATCH) {
    sender.stdin.write(`${BATCH}\n`);
    await once(answers, 'line');
    await expect.poll(() => sum(fates), { timeout: 10_000 }).toBe(before + sent);
  }
  const gone = once(sender, 'exit');
  sender.kill();
  await gone;
}

async function bootNextMachine(mac: string): Promise<void> {
  await client.become(mac);
  await client.firmwareDhcp();
  const { content, output } = await client.tftp();
  expect(output).toBe('');
  expect(content?.equals(await readFile('/usr/lib/ipxe/snponly.efi'))).toBe(true);
}

describe('truncated, damaged and random datagrams', () => {
  it('at the DHCP port are counted, each by what it was, and the next machine boots', async () => {
    await throwDatagrams(DHCP_FATES, '../dhcp/hostile-sender.ts', '20261123');
    const counts = await counters();
    for (const fate of ['too_short', 'bad_op', 'bad_magic_cookie', 'bootp', 'received_discover'])
      expect(counts[`dhcp.${fate}`], fate).toBeGreaterThan(100);
    expect(counts).toMatchObject({
      'dhcp.internal_error': 0,
      'dhcp.journal_failed': 0,
      'dhcp.socket_error': 0,
    });
    await bootNextMachine('52:54:00:77:00:01');
    // Nobody enrolled these machines: what they do is counted and makes no events.
    await expect.poll(async () => (await counters())['facts.unknown_machine']).toBeGreaterThan(0);
  });

  it('at the TFTP port are counted, each by what it was, and the next machine boots', async () => {
    await throwDatagrams(TFTP_FATES, 'hostile-tftp-sender.ts', DAEMON_ADDRESS, '20261123');
    const counts = await counters();
    const fates = ['too_short', 'unknown_opcode', 'bad_request_strings', 'not_a_request', 'rate_limited'];
    for (const fate of fates) expect(counts[`tftp.${fate}`], fate).toBeGreaterThan(100);
    expect(counts['tftp.requests']).toBeGreaterThan(100);
    await bootNextMachine('52:54:00:77:00:02');
  });

  it('have not ended the daemon, and its log holds no line for each of them', async () => {
    expect(site.daemon.exitCode()).toBeNull();
    const lines = (await site.daemon.log()).split('\n');
    expect(lines.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    expect(lines.length).toBeLessThan(MANY / 10);
  });
});
