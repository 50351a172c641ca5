/** Config drives in lists: as long as they may be, a list does not read them. */
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { temporaryPath, temporaryStore } from './temporary-store.ts';

const LONG = 'H4sI'.repeat(4096);

it.each([
  ['a packed drive', LONG],
  ['a drive as JSON', { user_data: LONG }],
])('%s that is long is no part of a list, but of its node', async (_, configdrive) => {
  const store = await temporaryStore();
  const instance_info = { image_source: 'http://images/debian.raw', configdrive };
  await store.nodes.insert({ uuid: 'a', driver: 'redfish', instance_info });
  const [listed] = await store.nodes.list({});
  expect(listed?.instance_info).toEqual({ ...instance_info, configdrive: '******' });
  expect((await store.nodes.get('a'))?.instance_info).toEqual(instance_info);
});

it('a list tells a long instance_info without a drive whole', async () => {
  const store = await temporaryStore();
  const instance_info = { image_source: 'http://images/debian.raw', note: LONG };
  await store.nodes.insert({ uuid: 'a', driver: 'redfish', instance_info });
  expect((await store.nodes.list({})).map((node) => node.instance_info)).toEqual([instance_info]);
});

it('a long instance_info that was damaged by hand is named, with its node', async () => {
  const path = temporaryPath();
  const store = await temporaryStore({ path });
  await store.nodes.insert({ uuid: 'a', driver: 'redfish' });
  const damage = new Sqlite(path);
  damage.prepare('UPDATE nodes SET instance_info = ?').run(`{"configdrive": "${LONG}`);
  damage.close();
  expect(await store.nodes.list({})).toEqual([]);
  expect(store.damagedRows()).toEqual([
    expect.stringContaining('something unreadable in nodes, node a, instance_info'),
  ]);
});
