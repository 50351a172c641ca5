/** How the watchdog asks whether the store takes writes. */
import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryPath, temporaryStore } from './temporary-store.ts';

it('really writes, and changes nothing that the next start reads', async () => {
  const path = temporaryPath();
  const store = await temporaryStore({ path });
  const before = statSync(`${path}-wal`).size;
  await store.probe();
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(before);
  await store.close();
  expect(await (await temporaryStore({ path })).nodes.list({})).toEqual([]);
});

it('waits behind a transaction that does not end', async () => {
  const store = await temporaryStore();
  const end = Promise.withResolvers<void>();
  const hanging = store.transaction(() => end.promise);
  let probed = false;
  const probe = store.probe().then(() => {
    probed = true;
  });
  await store.nodes.list({});
  expect(probed).toBe(false);
  end.resolve();
  await Promise.all([hanging, probe]);
});

it('is refused once the store is closed', async () => {
  const store = await temporaryStore();
  await store.close();
  await expect(store.probe()).rejects.toMatchObject({ code: 'busy' });
});
