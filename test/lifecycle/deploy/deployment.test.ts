/** A deployment that is refused leaves the node as it was; one that is accepted leaves nothing of an earlier one. */
import { expect, test } from 'vitest';
import type { Checksum } from '../../../src/images/images.ts';
import type { Deployment } from '../../../src/lifecycle/deploy/deployment.ts';
import type { NodePatch } from '../../../src/store/store.ts';
import { daemonFixture } from '../../cli/fixtures.ts';
import { createWorld, READY_IMAGE, READY_IMAGES } from '../fakes/world.ts';

const NEW: Deployment = {
  image_source: 'https://images/new.raw',
  image_disk_format: 'raw',
  image_os_hash_algo: 'sha256',
  image_os_hash_value: 'ab'.repeat(32),
};
const OLD = {
  image_source: 'https://u:hunter2@images/old.qcow2',
  image_checksum: 'cd'.repeat(32),
  root_device: { serial: 'old' },
  capabilities: { boot_option: 'local' },
};

async function nodeIn(patch: NodePatch) {
  const world = await createWorld();
  const uuid = world.machines[0]?.uuid ?? '';
  await world.store().nodes.update(uuid, { instance_info: OLD, ...patch });
  const info = async () => (await world.store().nodes.get(uuid))?.instance_info;
  return { world, uuid, info, daemon: world.daemon() };
}

test('nothing of an earlier deployment stays, except what no deployment decides', async () => {
  const { uuid, info, daemon } = await nodeIn({ provision_state: 'deploy failed' });
  await daemon.requestVerb(uuid, { verb: 'active', deployment: NEW, configdrive: {} });
  expect(await info()).toEqual({ ...NEW, capabilities: OLD.capabilities, configdrive: {} });
});

test('a rebuild without an image keeps what is there, with another root device where one is given', async () => {
  const { uuid, info, daemon } = await nodeIn({ provision_state: 'active' });
  const root_device = { serial: 'new' };
  await daemon.requestVerb(uuid, { verb: 'rebuild', deployment: { root_device } });
  expect(await info()).toEqual({ ...OLD, root_device });
});

test.each([
  {
    why: 'its state does not allow it',
    patch: { provision_state: 'manageable' },
    deployment: NEW,
    code: 'invalid_state',
  },
  {
    why: 'it is in maintenance',
    patch: { provision_state: 'available', maintenance: true },
    deployment: NEW,
    code: 'invalid_state',
  },
  {
    why: 'the image has no checksum',
    patch: { provision_state: 'available' },
    deployment: { image_source: 'https://images/new.raw' },
    code: 'invalid_input',
  },
] as const)('a node is left as it was when $why', async ({ patch, deployment, code }) => {
  const { uuid, info, daemon } = await nodeIn(patch);
  const request = daemon.requestVerb(uuid, { verb: 'active', deployment });
  await expect(request).rejects.toMatchObject({ code });
  expect(await info()).toEqual(OLD);
});

test('a job that runs refuses a deployment by its own name, whatever the state', async () => {
  const { uuid, info, daemon } = await nodeIn({ provision_state: 'available' });
  await daemon.requestPower(uuid, 'power on');
  const request = daemon.requestVerb(uuid, { verb: 'active', deployment: NEW });
  await expect(request).rejects.toMatchObject({
    code: 'node_locked',
    hint: expect.stringMatching(/^The job "power" \(number \d+\) holds it\./),
  });
  expect(await info()).toEqual(OLD);
});

test('of two `ingot node deploy` at once one gets all that it asked for, the other 409 with the job that holds the node', async () => {
  const { world, uuid, info, daemon } = await nodeIn({ provision_state: 'available', instance_info: {} });
  const { node, url } = await daemonFixture({ store: world.store(), lifecycle: daemon });
  const deploy = (letter: string) =>
    node(
      ...['deploy', uuid, '--image', `https://images/${letter}.raw`],
      ...['--checksum', `sha256:${letter.repeat(64)}`, '--hostname', letter],
    );
  const ran = await Promise.all([deploy('a'), deploy('b')]);
  expect(ran.map(({ code }) => code).toSorted()).toEqual([0, 1]);
  const winner = ran[0]?.code === 0 ? 'a' : 'b';
  expect(await info()).toMatchObject({
    image_source: `https://images/${winner}.raw`,
    image_os_hash_value: winner.repeat(64),
    configdrive: { meta_data: { hostname: winner } },
  });
  expect(ran.find(({ code }) => code === 1)?.err).toMatch(/The job "active" \(number \d+\).* holds it/);
  const again = await fetch(`${url}/ingot/v1/nodes/${uuid}/deploy`, { method: 'POST' });
  expect(again.status).toBe(409);
});

test("two users of Ironic's API who claim the node by instance_uuid, as its own tools do, do not mix", async () => {
  const { world, uuid, info, daemon } = await nodeIn({ provision_state: 'available', instance_info: {} });
  const { ask } = await daemonFixture({ store: world.store(), lifecycle: daemon });
  const claim = async (digit: string): Promise<number> => {
    const instance = `${digit.repeat(8)}-0000-4000-8000-000000000000`;
    const patch = [
      { op: 'add', path: '/instance_uuid', value: instance },
      { op: 'add', path: '/instance_info/image_source', value: `https://images/${digit}.raw` },
    ];
    return (await ask('PATCH', `/v1/nodes/${uuid}`, { body: patch })).status;
  };
  expect(await Promise.all([claim('1'), claim('2')])).toEqual([200, 409]);
  expect(await info()).toEqual({ image_source: 'https://images/1.raw' });
});

test('a deployment has one image, though the list of its checksums changes meanwhile', async () => {
  const digits = ['a', 'b', 'c'];
  const prepared: Checksum[] = [];
  const world = await createWorld({
    deps: {
      images: {
        ...READY_IMAGES,
        resolve: async (asked) => ({
          ...asked,
          checksum: { algorithm: 'sha256', value: (digits.shift() ?? '').repeat(64) },
        }),
        prepare: async ({ checksum }) => {
          prepared.push(checksum);
          return READY_IMAGE;
        },
      },
    },
  });
  const uuid = world.machines[0]?.uuid ?? '';
  const info = { image_source: 'http://images/current.raw', image_checksum: 'http://images/SHA256SUMS' };
  await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: info });
  await world.daemon().requestVerb(uuid, { verb: 'active' });
  await world.untilTrue('the image is prepared', async () => {
    const job = await world.store().jobs.runningOf(uuid);
    return job !== null && job.steps.findIndex(({ name }) => name === 'prepare-image') < job.cursor;
  });
  await world.restart();
  await world.until(['active']);
  expect(prepared.length).toBeGreaterThan(1);
  expect(new Set(prepared.map(({ value }) => value))).toEqual(new Set(['a'.repeat(64)]));
});
