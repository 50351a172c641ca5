import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPTIONS, readOption } from '../../src/dhcp/codec/options/table.ts';
import { decodePacket } from '../../src/dhcp/codec/packet.ts';
import { openLeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createLog } from '../../src/log.ts';
import { macFromBytes } from '../../src/net/mac.ts';
import { type RunningServer, startServer } from './running-server.ts';
import { layWire, type Wire } from './wire.ts';

let wire: Wire;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-dhcp-'));
  wire = await layWire('dhcpkill');
  await wire.addCable(0, '10.77.0.1/16');
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
});
afterEach(async () => {
  await wire.remove();
  await rm(folder, { recursive: true });
});

/** Everything that arrives at the client's side from port 67, written down by tcpdump. */
async function wiretap(path: string): Promise<{ stop(): Promise<void> }> {
  const filter = ['-i', 'c0', '-U', '-w', path, '-Z', 'root', '-Q', 'in', 'udp src port 67'];
  const tap = wire.start('client', 'tcpdump', ...filter);
  const { stderr } = tap;
  if (stderr === null) throw new Error('tcpdump has no pipes');
  let said = '';
  stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await expect.poll(() => said, { timeout: 10_000 }).toContain('listening');
  return {
    stop: async () => {
      tap.kill('SIGINT');
      await once(tap, 'exit');
    },
  };
}

/** UDP payloads of a pcap file (libpcap's format, this machine's byte order, Ethernet and IPv4 without options). */
function payloads(pcap: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    found.push(pcap.subarray(at + 16 + 42, at + 16 + length));
    at += 16 + length;
  }
  return found;
}

/** `MAC ADDRESS` of every DHCPACK that was on the wire. */
async function acknowledged(path: string): Promise<string[]> {
  return payloads(await readFile(path)).flatMap((payload) => {
    const decoded = decodePacket(payload);
    if (!decoded.ok || readOption(decoded.packet.options, OPTIONS.messageType) !== 5) return [];
    return [`${macFromBytes(decoded.packet.hardwareAddress)} ${decoded.packet.yiaddr}`];
  });
}

async function onDisk(path: string): Promise<Set<string>> {
  const journal = await openLeaseJournal(path, { log: createLog('silent'), onNotice: () => undefined });
  const leases = (await journal.load('pxe')).filter(({ expiresAt }) => expiresAt > Date.now());
  await journal.close();
  return new Set(leases.map(({ mac, address }) => `${mac} ${address}`));
}

describe('a server that is killed (SIGKILL) under load', () => {
  it('has every address on disk whose ACK left, kill after kill', async () => {
    const path = join(folder, 'leases.db');
    const settings = {
      journal: path,
      interface: 's0',
      facts: false,
      range: { from: '10.77.1.1', to: '10.77.250.254' },
    };
    // Longer than it is needed.
    const load = ['-4', '-l', 'c0', '-R', '50000', '-r', '800', '-p', '40', '10.77.0.1'];
    for (let kill = 1; kill <= 3; kill++) {
      const capture = join(folder, `acks-${kill}.pcap`);
      const tap = await wiretap(capture);
      const server: RunningServer = await startServer(wire, settings);
      const clients = wire.start('client', 'perfdhcp', ...load);
      const gone = once(clients, 'exit');
      // On the wire: what the server has counted may not have left yet.
      await expect
        .poll(async () => (await acknowledged(capture)).length, { timeout: 30_000, interval: 20 })
        .toBeGreaterThan(100 * kill);
      await server.end('SIGKILL');
      clients.kill('SIGKILL');
      await gone;
      await tap.stop();
      const acks = await acknowledged(capture);
      const kept = await onDisk(path);
      expect(acks.filter((ack) => !kept.has(ack))).toEqual([]);
    }
  });
});
