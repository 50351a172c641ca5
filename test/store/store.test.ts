import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { MIGRATIONS, migrate } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open.ts';
import type { EventRecord } from '../../src/store/records/event.ts';
import type { Store } from '../../src/store/store.ts';
import { stoppedClock, temporaryPath, temporaryStore } from './temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';
const NOW = '2026-11-22T12:00:00.000Z';

async function storeWithNodes(): Promise<Store> {
  const store = await temporaryStore();
  await store.nodes.insert({ uuid: A, driver: 'redfish', name: 'rack1-a' });
  await store.nodes.insert({ uuid: B, driver: 'redfish', name: 'rack1-b' });
  return store;
}

describe('the database file', () => {
  it('is readable by its owner only, its write-ahead log too', async () => {
    const path = temporaryPath();
    await (await temporaryStore({ path })).nodes.insert({ uuid: A, driver: 'redfish' });
    expect([path, `${path}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('keeps every committed change over a close and a second open', async () => {
    const path = temporaryPath();
    const first = await temporaryStore({ path });
    const node = await first.nodes.insert({ uuid: A, driver: 'redfish', driver_info: { redfish_port: 443 } });
    await first.close();
    expect(await (await temporaryStore({ path })).nodes.get(A)).toEqual(node);
  });

  it('is refused, with what to do, when a newer ingot has written it', async () => {
    const path = temporaryPath();
    const raw = new Sqlite(path);
    raw.pragma('user_version = 9999');
    raw.close();
    await expect(openStore(path, { clock: stoppedClock(), log: createLog('silent') })).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('has schema 9999'),
    });
  });

  it('is refused, with its path, when it is no database', async () => {
    await expect(
      openStore('/proc/version', { clock: stoppedClock(), log: createLog('silent') }),
    ).rejects.toMatchObject({ code: 'environment', message: expect.stringContaining('/proc/version') });
  });

  it('is migrated step by step, each number once', () => {
    const raw = new Sqlite(':memory:');
    migrate(raw, [{ version: 1, subject: 'one', sql: 'CREATE TABLE one (x)' }]);
    migrate(raw, [
      { version: 1, subject: 'one', sql: 'CREATE TABLE one (x)' },
      { version: 2, subject: 'two', sql: 'CREATE TABLE two (x)' },
    ]);
    expect(raw.pragma('user_version', { simple: true })).toBe(2);
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('names the damaged row when JSON in it cannot be read', async () => {
    const path = temporaryPath();
    const store = await temporaryStore({ path });
    await store.nodes.insert({ uuid: A, driver: 'redfish' });
    const raw = new Sqlite(path);
    raw.prepare("UPDATE nodes SET properties = '[1' WHERE uuid = ?").run(A);
    raw.close();
    await expect(store.nodes.get(A)).rejects.toMatchObject({
      code: 'damaged_row',
      message: expect.stringContaining(`node ${A}, properties`),
    });
  });
});

describe('nodes', () => {
  it('begin in enroll, booting from disk, with all of Ironic’s fields', async () => {
    const store = await temporaryStore();
    const node = await store.nodes.insert({ uuid: A, driver: 'redfish' });
    expect(node).toMatchObject({
      provision_state: 'enroll',
      boot_intent: 'disk',
      boot_generation: 0,
      maintenance: false,
      created_at: NOW,
      updated_at: null,
    });
    expect(node).not.toHaveProperty('id');
  });

  it('are found by uuid, in capitals too, and by name', async () => {
    const store = await storeWithNodes();
    expect((await store.nodes.find(A))?.name).toBe('rack1-a');
    const lettered = 'abcdefab-1111-4111-8111-111111111111';
    await store.nodes.insert({ uuid: lettered, driver: 'redfish' });
    expect((await store.nodes.find(lettered.toUpperCase()))?.uuid).toBe(lettered);
    expect((await store.nodes.find('rack1-b'))?.uuid).toBe(B);
    expect(await store.nodes.find('rack1-c')).toBeNull();
  });

  it('refuse a name that is taken, on insert and on update', async () => {
    const store = await storeWithNodes();
    const conflict = {
      code: 'conflict',
      message: expect.stringContaining('name rack1-a already exists'),
    };
    await expect(store.nodes.insert({ uuid: 'c', driver: 'redfish', name: 'rack1-a' })).rejects.toMatchObject(
      conflict,
    );
    await expect(store.nodes.update(B, { name: 'rack1-a' })).rejects.toMatchObject(conflict);
  });

  it('change only the fields that an update names', async () => {
    const store = await storeWithNodes();
    const before = await store.nodes.get(A);
    const after = await store.nodes.update(A, { maintenance: true, properties: { cpus: 4 } });
    expect(after).toEqual({ ...before, maintenance: true, properties: { cpus: 4 }, updated_at: NOW });
  });

  it('remember when the provision state changed, and only then', async () => {
    const store = await storeWithNodes();
    expect((await store.nodes.update(A, { provision_state: 'enroll' })).provision_updated_at).toBeNull();
    expect((await store.nodes.update(A, { provision_state: 'verifying' })).provision_updated_at).toBe(NOW);
  });

  it('are listed in the order of their creation, by state, page by page', async () => {
    const store = await storeWithNodes();
    await store.nodes.update(B, { provision_state: 'available' });
    const names = async (filter: object) => (await store.nodes.list(filter)).map((node) => node.name);
    expect(await names({})).toEqual(['rack1-a', 'rack1-b']);
    expect(await names({ provision_state: 'available' })).toEqual(['rack1-b']);
    expect(await names({ limit: 1 })).toEqual(['rack1-a']);
    expect(await names({ marker: A })).toEqual(['rack1-b']);
    await expect(store.nodes.list({ marker: 'gone' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('take their ports, jobs, inventory and addresses with them, and leave their events', async () => {
    const store = await storeWithNodes();
    await store.ports.insert({ uuid: 'p', node_uuid: A, address: '52:54:00:00:00:01' });
    await store.jobs.insert({ node_uuid: A, verb: 'manage', steps: [] });
    await store.inventories.put(A, {}, {});
    await store.addresses.claim('lcm', '10.0.0.5', A);
    await store.events.append({ node_uuid: A, kind: 'node.created', message: 'hello' });
    await store.nodes.delete(A);
    expect(await store.ports.list()).toEqual([]);
    expect(await store.jobs.running()).toEqual([]);
    expect(await store.inventories.get(A)).toBeNull();
    expect(await store.addresses.listByNetwork('lcm')).toEqual([]);
    expect(await store.events.list({ node_uuid: A })).toHaveLength(1);
  });
});

describe('a node that is enrolled again under its uuid', () => {
  it.each([
    {
      had: 'boots and an instance',
      before: { boot_generation: 3, instance_generation: 1 },
      boots: 4,
      instances: 2,
    },
    { had: 'no boot', before: {}, boots: 0, instances: 0 },
  ])('goes on behind the generations of the one that was deleted, which had $had', async (one) => {
    const store = await storeWithNodes();
    await store.nodes.update(A, one.before);
    await store.nodes.delete(A);
    const again = { boot_generation: one.boots, instance_generation: one.instances };
    expect(await store.nodes.insert({ uuid: A, driver: 'redfish' })).toMatchObject(again);
    expect(await store.nodes.get(A)).toMatchObject(again);
  });
});

describe('ports', () => {
  it('refuse a MAC address that another port has, and a node that is not there', async () => {
    const store = await storeWithNodes();
    await store.ports.insert({ uuid: 'p1', node_uuid: A, address: '52:54:00:00:00:01' });
    await expect(
      store.ports.insert({ uuid: 'p2', node_uuid: B, address: '52:54:00:00:00:01' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      store.ports.insert({ uuid: 'p2', node_uuid: 'gone', address: '52:54:00:00:00:02' }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.ports.findByAddress('52:54:00:00:00:01')).toMatchObject({
      uuid: 'p1',
      pxe_enabled: true,
    });
    expect(await store.ports.listByNode(B)).toEqual([]);
  });
});

describe('jobs', () => {
  it('lock their node while they run, and name the holder', async () => {
    const store = await storeWithNodes();
    const steps = [{ name: 's', args: {} }];
    const job = await store.jobs.insert({ node_uuid: A, verb: 'inspect', steps, asked_by: 'alice' });
    await expect(store.jobs.insert({ node_uuid: A, verb: 'provide', steps: [] })).rejects.toMatchObject({
      code: 'node_locked',
      message: `Node ${A} is locked by host ingot, please retry after the current operation is completed.`,
      hint: expect.stringContaining('"inspect" (number 1), asked for by alice,'),
    });
    await store.jobs.update(job.id, { status: 'done', cursor: 1 });
    await store.jobs.insert({ node_uuid: A, verb: 'provide', steps: [] });
    expect(await store.jobs.runningOf(A)).toMatchObject({ verb: 'provide' });
    expect((await store.jobs.get(job.id))?.steps).toEqual([{ name: 's', args: {} }]);
  });
});

describe('events', () => {
  it('come in one order and are filtered by node, kind, number and time', async () => {
    const store = await storeWithNodes();
    await store.events.append({ node_uuid: A, kind: 'dhcp.ack', message: 'one' });
    await store.events.append({ node_uuid: null, kind: 'daemon.solved', message: 'two' });
    await store.events.append({ node_uuid: A, kind: 'tftp.done', message: 'three', data: { file: 'x' } });
    const messages = async (filter: object) => (await store.events.list(filter)).map((one) => one.message);
    expect(await messages({})).toEqual(['one', 'two', 'three']);
    expect(await messages({ node_uuid: A, order: 'desc' })).toEqual(['three', 'one']);
    expect(await messages({ kinds: ['tftp.done'] })).toEqual(['three']);
    expect(await messages({ after: 1, limit: 1 })).toEqual(['two']);
    expect(await messages({ since: '2026-11-22T12:00:00.001Z' })).toEqual([]);
  });

  it('are told to listeners after the commit, in order, and never when the transaction failed', async () => {
    const store = await storeWithNodes();
    const heard: EventRecord[] = [];
    const stop = store.onEvent((event) => heard.push(event));
    const append = (message: string) =>
      store.transaction(async (queries) => {
        await queries.events.append({ node_uuid: A, kind: 'machine.log', message });
        expect(heard.map((event) => event.message)).not.toContain(message);
        if (message === 'lost') throw new Error('no');
      });
    await Promise.allSettled([append('one'), append('lost'), append('two')]);
    stop();
    await append('unheard');
    expect(heard.map((event) => event.message)).toEqual(['one', 'two']);
    expect(heard[0]?.seq).toBeLessThan(heard[1]?.seq ?? 0);
  });

  it('are bounded per node, also after a restart, and other nodes’ are left alone', async () => {
    const path = temporaryPath();
    const store = await temporaryStore({ path, eventsPerNode: 20 });
    await store.events.append({ node_uuid: B, kind: 'machine.log', message: 'mine' });
    for (let i = 0; i < 100; i++)
      await store.events.append({ node_uuid: A, kind: 'machine.log', message: `${i}` });
    expect((await store.events.list({ node_uuid: A })).length).toBeLessThanOrEqual(22);
    await store.close();
    const again = await temporaryStore({ path, eventsPerNode: 5 });
    expect((await again.events.list({ node_uuid: A })).map((event) => event.message)).toEqual([
      '95',
      '96',
      '97',
      '98',
      '99',
    ]);
    expect(await again.events.list({ node_uuid: B })).toHaveLength(1);
  });
});

describe('transactions', () => {
  it('undo everything when they fail', async () => {
    const store = await storeWithNodes();
    const failing = store.transaction(async (queries) => {
      await queries.nodes.update(A, { name: 'renamed' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect((await store.nodes.get(A))?.name).toBe('rack1-a');
  });

  it('run one after the other, so that read and write in one of them belong together', async () => {
    const store = await storeWithNodes();
    const increment = () =>
      store.transaction(async (queries) => {
        const node = await queries.nodes.get(A);
        await new Promise((resolve) => setImmediate(resolve));
        return await queries.nodes.update(A, { boot_generation: (node?.boot_generation ?? 0) + 1 });
      });
    await Promise.all(Array.from({ length: 25 }, increment));
    expect((await store.nodes.get(A))?.boot_generation).toBe(25);
  });

  it('do not hold up reads, which see the last committed state', async () => {
    const store = await storeWithNodes();
    await store.transaction(async (queries) => {
      await queries.nodes.update(A, { name: 'renamed' });
      expect((await store.nodes.get(A))?.name).toBe('rack1-a');
    });
    expect((await store.nodes.get(A))?.name).toBe('renamed');
  });

  it('refuse a write around them from inside, instead of waiting for themselves', async () => {
    const store = await storeWithNodes();
    const nested = store.transaction(() => store.nodes.update(A, { name: 'x' }));
    await expect(nested).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('addresses', () => {
  it('are claimed once, again by the same node without harm, and free after release', async () => {
    const store = await storeWithNodes();
    await store.addresses.claim('lcm', '10.0.0.5', A);
    await store.addresses.claim('lcm', '10.0.0.5', A);
    await expect(store.addresses.claim('lcm', '10.0.0.5', B)).rejects.toMatchObject({ code: 'conflict' });
    await store.addresses.release('lcm', A);
    await store.addresses.claim('lcm', '10.0.0.5', B);
    expect(await store.addresses.listByNode(B)).toEqual([
      { network: 'lcm', address: '10.0.0.5', node_uuid: B, created_at: NOW },
    ]);
  });
});

describe('inventories', () => {
  it('keep the last one', async () => {
    const store = await storeWithNodes();
    await store.inventories.put(A, { disks: 1 }, {});
    await store.inventories.put(A, { disks: 2 }, { extra: true });
    expect(await store.inventories.get(A)).toMatchObject({
      inventory: { disks: 2 },
      plugin_data: { extra: true },
    });
  });

  it('know the boot of their node that they came from', async () => {
    const store = await storeWithNodes();
    await store.nodes.update(A, { boot_generation: 3 });
    await store.inventories.put(A, {}, {});
    await store.nodes.update(A, { boot_generation: 4 });
    expect(await store.inventories.get(A)).toMatchObject({ boot_generation: 3 });
    await store.inventories.put(A, {}, {});
    expect(await store.inventories.get(A)).toMatchObject({ boot_generation: 4 });
  });

  it.each([
    { came: 'after its boot began', created_at: '2026-11-22T12:01:00.000Z', boot_generation: 2 },
    { came: 'before', created_at: '2026-11-22T11:59:00.000Z', boot_generation: 0 },
  ])(
    'of an older schema that came $came get boot $boot_generation',
    async ({ created_at, boot_generation }) => {
      const path = temporaryPath();
      const raw = new Sqlite(path);
      migrate(raw, MIGRATIONS.slice(0, 1));
      raw.exec(`
        INSERT INTO nodes (uuid, driver, driver_info, properties, instance_info, extra, provision_state, maintenance,
          created_at, boot_intent, boot_generation, boot_started_at, instance_generation)
        VALUES ('${A}', 'redfish', '{}', '{}', '{}', '{}', 'manageable', 0,
          '2026-11-22T10:00:00.000Z', 'disk', 2, '2026-11-22T12:00:00.000Z', 0);
        INSERT INTO inventories (node_uuid, inventory, plugin_data, created_at)
        VALUES ('${A}', '{}', '{}', '${created_at}');
      `);
      raw.close();
      const store = await temporaryStore({ path });
      expect(await store.inventories.get(A)).toMatchObject({ boot_generation });
      expect(await store.nodes.get(A)).toMatchObject({ protected: false, retired: false, traits: [] });
    },
  );
});
