import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT_REFUSALS } from '../../src/dhcp/codec/client-facts.ts';
import { CLIENT_MESSAGES } from '../../src/dhcp/codec/message-type.ts';
import { PACKET_REFUSALS } from '../../src/dhcp/codec/packet.ts';
import { type RunningServer, startServer } from './running-server.ts';
import { layWire, type Wire } from './wire.ts';

const SENDER = fileURLToPath(new URL('hostile-sender.ts', import.meta.url));
/** Each datagram ends in exactly one of these. */
const FATES = [...PACKET_REFUSALS, ...CLIENT_REFUSALS, ...CLIENT_MESSAGES.map((type) => `received_${type}`)];

let wire: Wire;
let folder: string;
let server: RunningServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-dhcp-'));
  wire = await layWire('dhcpfuzz');
  await wire.addCable(0, '10.77.0.1/16');
  await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
  await wire.run('client', 'ip', 'route', 'add', '255.255.255.255', 'dev', 'c0');
  server = await startServer(wire, { journal: join(folder, 'leases.db'), interface: 's0', facts: false });
});
afterEach(async () => {
  await server.end('SIGTERM');
  await wire.remove();
  await rm(folder, { recursive: true });
});

async function seen(): Promise<number> {
  const { counters } = await server.report();
  return FATES.reduce((sum, fate) => sum + (counters[fate] ?? 0), 0);
}

describe('10,000 random, truncated and damaged datagrams', () => {
  it('are all counted, each by what it was, and the next client is served', async () => {
    const sender = wire.start('client', process.execPath, SENDER, '20261122');
    if (sender.stdin === null || sender.stdout === null) throw new Error('the sender has no pipes');
    const answers = createInterface({ input: sender.stdout });
    for (let sent = 250; sent <= 10_000; sent += 250) {
      sender.stdin.write('250\n');
      await once(answers, 'line');
      await expect.poll(seen, { timeout: 10_000 }).toBe(sent);
    }
    sender.kill();

    const { counters } = await server.report();
    for (const fate of ['too_short', 'bad_op', 'bad_magic_cookie', 'bootp', 'received_discover'])
      expect(counters[fate], fate).toBeGreaterThan(100);
    expect(counters).toMatchObject({ internal_error: 0, journal_failed: 0, socket_error: 0 });
    expect(counters.options_truncated).toBeGreaterThan(100);
    const { output } = await wire.run('client', 'udhcpc', '-i', 'c0', '-f', '-n', '-q', '-s', '/bin/true');
    expect(output).toContain('obtained');
  });
});
