/** Debian's `logger` on a machine that has its address from ingot. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NetworkSite, startNetworkSite } from '../bad-input/network-site.ts';
import { createPxeClient, type PxeClient } from '../bad-input/pxe-client.ts';
import { BIN } from '../rig/daemon.ts';

const MAC = '52:54:00:05:10:09';

let site: NetworkSite;
let client: PxeClient;
beforeAll(async () => {
  site = await startNetworkSite('syslog');
  client = await createPxeClient(site.wire);
  await site.daemon.client.nodes.enroll({
    name: 'talker',
    driver: 'redfish',
    ports: [{ address: MAC }],
    driver_info: { redfish_address: 'https://192.0.2.1' },
  });
  await client.become(MAC);
  await client.firmwareDhcp();
});
afterAll(async () => {
  await client.remove();
  await site.stop();
});

const logger = (...words: readonly string[]) =>
  site.wire.run('client', 'logger', '--server', '10.77.0.1', '--udp', ...words);

test.each(['--rfc3164', '--rfc5424'])(
  'what logger %s sends stands in the events of the node that has the address',
  async (form) => {
    await logger(form, '--tag', 'dracut', `a line by ${form.slice(2)}`);
    await expect
      .poll(
        async () =>
          (await site.daemon.client.nodes.timeline('talker')).map(
            ({ kind, message }) => `${kind}: ${message}`,
          ),
        {
          timeout: 10_000,
        },
      )
      .toContainEqual(`machine.log: dracut says: a line by ${form.slice(2)}`);
  },
);

test('ingot node watch shows it live', async () => {
  const watch = spawn(BIN, ['node', 'watch', 'talker', '--url', site.daemon.url]);
  let seen = '';
  watch.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  const talk = setInterval(() => void logger('--tag', 'dracut', 'live'), 500);
  try {
    await expect.poll(() => seen, { timeout: 30_000 }).toContain('dracut says: live');
  } finally {
    clearInterval(talk);
    watch.kill('SIGINT');
  }
});
