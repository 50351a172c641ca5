/** A machine gone mad that asks for files as fast as it can: DHCP, which shares the thread with TFTP, goes on. */
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from './network-site.ts';
import { createPxeClient, type PxeClient } from './pxe-client.ts';

const MACHINES = 5;
const FLOODER = '10.77.0.9';
const statusSchema = z.looseObject({ counters: z.record(z.string(), z.number()) });

let site: NetworkSite;
let client: PxeClient;
beforeAll(async () => {
  site = await startNetworkSite('flood');
  client = await createPxeClient(site.wire);
});
afterAll(async () => {
  await client?.remove();
  await site?.stop();
});

async function counted(name: string): Promise<number> {
  return statusSchema.parse(await site.daemon.client.status()).counters[name] ?? 0;
}

test('while one address floods TFTP with requests, every machine gets its lease and its boot program', async () => {
  const { wire } = site;
  /** The flooder's, beside which the honest machine's own address and route come first. */
  const takeAddress = async (): Promise<void> => {
    await wire.run('client', 'ip', 'address', 'add', `${FLOODER}/32`, 'dev', 'c0');
    await wire.run('client', 'ip', 'route', 'replace', '10.77.0.0/16', 'dev', 'c0', 'metric', '100');
  };
  await takeAddress();
  const flooder = wire.start(
    'client',
    process.execPath,
    join(import.meta.dirname, 'tftp-flooder.ts'),
    DAEMON_ADDRESS,
    FLOODER,
  );
  const gone = once(flooder, 'exit');
  try {
    await once(flooder.stdout ?? flooder, 'data');
    await expect.poll(() => counted('tftp.rate_limited'), { timeout: 20_000 }).toBeGreaterThan(1_000);
    for (let machine = 1; machine <= MACHINES; machine++) {
      await client.become(`52:54:00:78:00:0${machine}`);
      await takeAddress();
      const before = await counted('tftp.rate_limited');
      await client.firmwareDhcp();
      expect((await client.tftp()).content?.length).toBeGreaterThan(0);
      expect(await counted('tftp.rate_limited')).toBeGreaterThan(before);
    }
    expect(flooder.exitCode).toBeNull();
  } finally {
    flooder.kill('SIGKILL');
    await gone;
  }
  // What the flood began and nobody acknowledges is given up, eight transfers at most.
  expect(await counted('tftp.client_limit')).toBeGreaterThan(0);
});
