/**
 * What relays ask for that Debian's relays do not send, by perfdhcp as the relay: subnet selection (RFC 3011) and the
 * server identifier override (RFC 5107). tcpdump reads the answers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusDetails } from '../../src/cli/status-answer.ts';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { layWire, type Wire } from './wire.ts';

const SERVER = '10.77.0.1';
/** The relay's address on the daemon's own wire, which is its giaddr. */
const RELAY = '10.77.0.254';
const MACHINES = 3;

let wire: Wire;
let folder: string;
let daemon: RunningDaemon;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-relay-options-'));
  wire = await layWire('relayopt');
  await wire.addCable(0, `${SERVER}/24`);
  await wire.run('client', 'ip', 'address', 'add', `${RELAY}/24`, 'dev', 'c0');
  const behindRelays = { role: 'pxe', dhcp: 'authoritative' };
  daemon = await startDaemon({
    dir: folder,
    launch: wire.launch('server'),
    config: {
      boot: { ramdisk_dir: await makeRamdisk(join(folder, 'ramdisk')) },
      networks: [
        {
          name: 'pxe',
          role: 'pxe',
          interface: 's0',
          cidr: '10.77.0.0/24',
          address: SERVER,
          dhcp: 'authoritative',
          ranges: [{ use: 'dhcp', from: '10.77.0.10', to: '10.77.0.99' }],
        },
        ...[70, 71].map((number) => ({
          name: `rack-${number}`,
          wire: `rack-${number}`,
          cidr: `10.${number}.0.0/24`,
          gateway: `10.${number}.0.254`,
          ...behindRelays,
          ranges: [{ use: 'dhcp', from: `10.${number}.0.10`, to: `10.${number}.0.99` }],
        })),
      ],
    },
  });
});
afterAll(async () => {
  await daemon?.stop();
  await wire?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Four-way exchanges of new machines with this option (code, value in hex); the answers, as tcpdump reads them. */
async function relayed(code: number, hex: string): Promise<readonly string[]> {
  const filter = ['-i', 'c0', '-nn', '-vvv', '-l', '--immediate-mode', `udp and src host ${SERVER}`];
  const tap = wire.start('client', 'tcpdump', ...filter);
  const [heard, told] = [gathered(tap.stdout), gathered(tap.stderr)];
  await expect.poll(told, { timeout: 10_000 }).toContain('listening on');
  const load = ['-R', String(MACHINES), '-n', String(MACHINES), '-r', '10', '-W', '1000000'];
  const base = ['-b', `mac=02:00:00:${code % 100}:00:01`];
  const words = [...base, ...load, '-o', `${code},${hex}`, SERVER];
  const { output } = await wire.run('client', 'perfdhcp', '-4', '-l', 'c0', ...words);
  expect(output.match(/drops: \d+/g), output).toEqual(['drops: 0', 'drops: 0']);
  // An OFFER and an ACK each.
  await expect.poll(() => answersIn(heard()).length, { timeout: 10_000 }).toBe(2 * MACHINES);
  tap.kill();
  return answersIn(heard());
}

function gathered(stream: Readable | null): () => string {
  let text = '';
  stream?.on('data', (data: Buffer) => {
    text += String(data);
  });
  return () => text;
}

/** Each from its header to its last option. */
function answersIn(text: string): readonly string[] {
  return text.match(/BOOTP\/DHCP, Reply[\s\S]*?END \(255\)/g) ?? [];
}

async function leasesOf(network: string): Promise<readonly string[]> {
  return (await daemon.client.leases())
    .filter((one) => one.network === network)
    .map(({ address }) => address);
}

test('subnet selection (118): the addresses are of that subnet, and the answers have the option as well', async () => {
  const answers = await relayed(118, '0a460000');
  expect(await leasesOf('rack-70')).toEqual(['10.70.0.10', '10.70.0.11', '10.70.0.12']);
  for (const answer of answers) {
    expect(answer).toContain(`Server-ID (54), length 4: ${SERVER}`);
    expect(answer).toContain('SUBNET (118), length 4: 10.70.0.0');
    expect(answer).toContain('Default-Gateway (3), length 4: 10.70.0.254');
  }
});

test('server identifier override (82.11): the answers name the relay, and who asks it has its lease', async () => {
  // And link selection (82.5), so that the override is of the machines' own network.
  const answers = await relayed(82, '05040a4700000b040a4700fe');
  expect(await leasesOf('rack-71')).toEqual(['10.71.0.10', '10.71.0.11', '10.71.0.12']);
  for (const answer of answers) {
    expect(answer).toContain('Server-ID (54), length 4: 10.71.0.254');
    // As it came, and last.
    expect(answer).toMatch(
      /Agent-Information \(82\), length 12:\s+Unknown SubOption 5, length 4:\s+0x0000: {2}0a47 0000\s+Unknown SubOption 11, length 4:\s+0x0000: {2}0a47 00fe\s+END/,
    );
  }
});

test('a link that is not served is not answered, and the reason is counted', async () => {
  const load = ['-R', '1', '-n', '1', '-r', '1', '-W', '500000', '-b', 'mac=02:00:00:99:00:01'];
  const words = [...load, '-o', '118,0a630000', SERVER];
  const { output } = await wire.run('client', 'perfdhcp', '-4', '-l', 'c0', ...words);
  expect(output).toContain('received packets: 0');
  const { counters } = statusDetails.parse(await daemon.client.status());
  expect(counters['dhcp.unknown_link']).toBe(1);
});
