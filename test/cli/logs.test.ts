import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aNode, NODE } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

const KEPT = {
  id: '20261123T060001000Z-clean',
  at: '2026-11-23T06:00:01.000Z',
  verb: 'clean',
  bytes: 5 << 10,
};
const BYTES = Buffer.from([0x1f, 0x8b, 0, 255, 7]);

async function withLogs() {
  const ramdiskLogs = {
    list: (uuid: string) => (uuid === NODE ? [KEPT] : []),
    read: async (uuid: string, id: string) => (uuid === NODE && id === KEPT.id ? BYTES : null),
  };
  const daemon = await daemonFixture({ ramdiskLogs });
  await daemon.store.nodes.insert(aNode());
  return daemon;
}

test('the logs of a node are listed, and fetched byte for byte', async () => {
  const { node, folder } = await withLogs();
  expect((await node('logs', 'rack1-07')).out).toMatch(
    /^ID +AT +VERB +SIZE\n20261123T060001000Z-clean .*clean +5 KiB\n$/,
  );
  const file = join(folder, 'logs.tar.gz');
  expect(await node('logs', 'rack1-07', KEPT.id, '--output', file)).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(file).equals(BYTES)).toBe(true);
});

test('logs that are not there are told of', async () => {
  const { node } = await withLogs();
  const { code, err } = await node('logs', 'rack1-07', 'nope');
  expect(code).toBe(1);
  expect(err).toContain(`Node ${NODE} has no logs nope.`);
});

test.each([
  { to: '/nowhere/logs.tar.gz', says: '/nowhere/logs.tar.gz cannot be written', hint: '--output' },
  { to: '/dev/full', says: 'The logs are not whole in /dev/full', hint: 'Is there space left' },
])('a fetch into $to fails: $says', async ({ to, says, hint }) => {
  const { node } = await withLogs();
  const { code, err } = await node('logs', 'rack1-07', KEPT.id, '--output', to);
  expect(code).toBe(1);
  expect(err).toContain(says);
  expect(err).toContain(hint);
});

test('a node without logs has an empty list, also as JSON', async () => {
  const daemon = await daemonFixture();
  await daemon.store.nodes.insert(aNode());
  expect((await daemon.node('logs', 'rack1-07')).out).toBe('No logs of rack1-07 are kept.\n');
  expect(JSON.parse((await daemon.node('logs', 'rack1-07', '--json')).out)).toEqual({ logs: [] });
});
