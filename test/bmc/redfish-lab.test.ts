/** The client against the lab's emulated BMC, which python3-sushy judges in test/lab/redfish. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTestBmc } from '../lab/redfish/bmc.ts';
import { client } from './bench.ts';
import { GOOD, LEAF_KEY, TEST_CA } from './certificates.ts';

test('over checked TLS: inventory, boot once from the network, on, and off again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), TEST_CA);
  const { server, changes } = await startTestBmc({ tls: { cert: GOOD, key: LEAF_KEY } });
  onTestFinished(() => server.close());
  const { bmc } = client({
    redfish_address: server.url,
    redfish_password: 'correct horse',
    redfish_verify_ca: join(folder, 'ca.pem'),
  });

  const info = await bmc.systemInfo();
  expect(info.power).toBe('off');
  expect(info.boot_mode).toBe('bios');
  expect((await bmc.nicMacs()).length).toBeGreaterThan(0);

  await bmc.setBootOnce('pxe', 'bios');
  await bmc.powerOn();
  await bmc.powerOn();
  expect(await bmc.power()).toBe('on');
  await bmc.powerOff();
  expect(await bmc.power()).toBe('off');
  expect(changes).toHaveLength(2);
});
