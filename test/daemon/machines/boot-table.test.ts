import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { BootEntry } from '../../../src/boot/decision.ts';
import { bootEntries, createBootTable } from '../../../src/daemon/machines/boot-table.ts';
import { type Mac, parseMac } from '../../../src/net/mac.ts';
import type { NodePatch, Store } from '../../../src/store/store.ts';
import { temporaryPath, temporaryStore } from '../../store/temporary-store.ts';

const MAC = parseMac('52:54:00:00:00:01') as Mac;
const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';

/** What the packet thread has after every message. */
function packetThread() {
  const table = new Map<Mac, BootEntry>();
  const publish = async (entries: readonly BootEntry[], removed: readonly Mac[]): Promise<void> => {
    for (const mac of removed) table.delete(mac);
    for (const entry of entries) table.set(entry.mac, entry);
  };
  return { table, publish };
}

async function twoNodes(store: Store): Promise<string> {
  await store.nodes.insert({ uuid: A, name: 'a', driver: 'redfish' });
  await store.nodes.insert({ uuid: B, name: 'b', driver: 'redfish' });
  const port = await store.ports.insert({ uuid: A, node_uuid: A, address: MAC });
  return port.uuid;
}

const KEY = new Uint8Array(32).fill(7);

describe('the boot table', () => {
  it('follows a port that moves to another node, in whatever order the two nodes are published', async () => {
    for (const order of [
      [A, B],
      [B, A],
    ] as const) {
      const store = await temporaryStore();
      const { table, publish } = packetThread();
      const boot = createBootTable(store, { publish, secret: KEY });
      const port = await twoNodes(store);
      await boot.publishAll();
      expect(boot.entry(MAC)?.nodeUuid).toBe(A);
      await store.ports.update(port, { node_uuid: B });
      for (const node of order) await boot.publishNode(node);
      expect(boot.entry(MAC)?.nodeUuid).toBe(B);
      expect(table.get(MAC)?.nodeUuid).toBe(B);
    }
  });

  it('has every machine but the one whose row was damaged', async () => {
    const path = temporaryPath();
    const store = await temporaryStore({ path });
    const { publish, table } = packetThread();
    const boot = createBootTable(store, { publish, secret: KEY });
    await twoNodes(store);
    const other = parseMac('52:54:00:00:00:02') as Mac;
    await store.ports.insert({ uuid: B, node_uuid: B, address: other });
    const damage = new Sqlite(path);
    damage.exec("UPDATE nodes SET properties = '{' WHERE name = 'a'");
    damage.close();
    await boot.publishAll();
    expect([...table.keys()]).toEqual([other]);
  });

  it('forgets the MACs of a node that is gone', async () => {
    const store = await temporaryStore();
    const { table, publish } = packetThread();
    const boot = createBootTable(store, { publish, secret: KEY });
    await twoNodes(store);
    await boot.publishAll();
    await store.nodes.delete(A);
    await boot.publishNode(A);
    expect(boot.entry(MAC)).toBeNull();
    expect(table.size).toBe(0);
  });

  it('tells the packet thread of a node when it gets its first port, not before', async () => {
    const store = await temporaryStore();
    const told: (readonly BootEntry[])[] = [];
    const boot = createBootTable(store, { publish: async (entries) => void told.push(entries), secret: KEY });
    await store.nodes.insert({ uuid: A, driver: 'redfish' });
    await boot.publishNode(A);
    expect(told).toEqual([]);
    await store.ports.insert({ uuid: A, node_uuid: A, address: MAC });
    await boot.publishNode(A);
    expect(told).toEqual([[expect.objectContaining({ mac: MAC, nodeUuid: A })]]);
  });

  it('has the UUID that a node’s firmware may tell instead of its MAC', async () => {
    const store = await temporaryStore();
    await twoNodes(store);
    const properties = { system_uuid: '4c4c4544-0034-3510-8057-b4c04f4d3332' };
    const node = await store.nodes.update(A, { properties });
    const [entry] = bootEntries(node, await store.ports.listByNode(A), KEY);
    expect(entry?.systemUuid).toBe(properties.system_uuid);
  });

  it('has what an instance boots from the network, or nothing where instance_info says nothing usable', async () => {
    const store = await temporaryStore();
    await twoNodes(store);
    const iso = { boot_iso: 'http://images/live.iso' };
    const instanceOf = async (patch: NodePatch) =>
      bootEntries(await store.nodes.update(A, patch), await store.ports.listByNode(A), KEY)[0]?.instance;
    expect(await instanceOf({ boot_intent: 'instance', instance_info: iso })).toEqual({
      kind: 'iso',
      url: iso.boot_iso,
    });
    expect(await instanceOf({ instance_info: { boot_iso: 7 } })).toBeNull();
    expect(await instanceOf({ boot_intent: 'disk', instance_info: iso })).toBeNull();
  });

  it('has a ticket for each boot of the ramdisk, another one for the next, and none for other boots', async () => {
    const store = await temporaryStore();
    await twoNodes(store);
    const ticketOf = async (patch: NodePatch) =>
      bootEntries(await store.nodes.update(A, patch), await store.ports.listByNode(A), KEY)[0]?.ticket;
    const first = await ticketOf({ boot_intent: 'ramdisk', boot_generation: 1 });
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(await ticketOf({ boot_generation: 2 })).not.toBe(first);
    expect(await ticketOf({ boot_intent: 'disk' })).toBeNull();
  });

  it('leaves out NICs that do not boot', async () => {
    const store = await temporaryStore();
    await twoNodes(store);
    const node = await store.nodes.get(A);
    const [port] = await store.ports.listByNode(A);
    if (node === null || port === undefined) throw new Error('the node has no port');
    expect(bootEntries(node, [{ ...port, pxe_enabled: false }], KEY)).toEqual([]);
  });
});
