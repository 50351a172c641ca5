/** A deployment that is refused leaves the node as it was; one that is accepted leaves nothing of an earlier one. */
import { expect, test } from 'vitest';
import { IngotError } from '../../src/errors.ts';
import { allowedIn } from '../../src/lifecycle/verbs.ts';
import { PROVISION_STATES } from '../../src/store/words.ts';
import { aNode, NODE } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

const IMAGE = ['--image', 'https://images/new.raw', '--checksum', `sha256:${'ab'.repeat(32)}`];
const NEW_INFO = {
  image_source: 'https://images/new.raw',
  image_disk_format: 'raw',
  image_os_hash_algo: 'sha256',
  image_os_hash_value: 'ab'.repeat(32),
};
const OLD_INFO = {
  image_source: 'https://images/old.qcow2',
  image_checksum: 'cd'.repeat(32),
  root_device: { serial: 'old' },
  capabilities: { boot_option: 'local' },
};

test.each([
  { word: 'deploy', verb: 'active' },
  { word: 'rebuild', verb: 'rebuild' },
] as const)(
  '$word goes to the daemon from exactly the states where that accepts it',
  async ({ word, verb }) => {
    const { node, store, lifecycle } = await daemonFixture();
    await store.nodes.insert(aNode());
    const accepted: string[] = [];
    for (const provision_state of PROVISION_STATES) {
      await store.nodes.update(NODE, { provision_state, instance_info: OLD_INFO });
      const before = lifecycle.asked.length;
      const { code, err } = await node(word, 'rack1-07', ...IMAGE);
      if (lifecycle.asked.length > before) accepted.push(provision_state);
      else {
        expect([code, err]).toEqual([1, expect.stringContaining(`rack1-07 is in "${provision_state}"`)]);
        expect((await store.nodes.get(NODE))?.instance_info).toEqual(OLD_INFO);
      }
    }
    expect(accepted.toSorted()).toEqual(allowedIn(verb).toSorted());
  },
);

test('a job that runs, and maintenance, refuse a deployment before anything is changed', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(
    aNode({ provision_state: 'available', instance_info: OLD_INFO, maintenance: true }),
  );
  expect(await node('deploy', 'rack1-07', ...IMAGE)).toMatchObject({
    code: 1,
    err: expect.stringContaining('is in maintenance'),
  });
  await store.nodes.update(NODE, { maintenance: false });
  await store.jobs.insert({ node_uuid: NODE, verb: 'power', steps: [{ name: 'power_on', args: {} }] });
  expect(await node('deploy', 'rack1-07', ...IMAGE)).toMatchObject({
    code: 1,
    err: expect.stringContaining('The job "power" works on rack1-07'),
  });
  expect(lifecycle.asked).toEqual([]);
  expect((await store.nodes.get(NODE))?.instance_info).toEqual(OLD_INFO);
});

test('nothing of an earlier deployment stays, except what deploy has no option for', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploy failed', instance_info: OLD_INFO }));
  expect((await node('deploy', 'rack1-07', ...IMAGE)).code).toBe(0);
  const { capabilities } = OLD_INFO;
  expect((await store.nodes.get(NODE))?.instance_info).toEqual({ ...NEW_INFO, capabilities });
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({ verb: 'active', configdrive: {} });
});

test('a rebuild without an image keeps what is there, with another root device where one is given', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'active', instance_info: OLD_INFO }));
  expect((await node('rebuild', 'rack1-07')).code).toBe(0);
  expect((await store.nodes.get(NODE))?.instance_info).toEqual(OLD_INFO);
  expect((await node('rebuild', 'rack1-07', '--root-device', 'serial=new')).code).toBe(0);
  const root_device = { serial: 'new' };
  expect((await store.nodes.get(NODE))?.instance_info).toEqual({ ...OLD_INFO, root_device });
  expect(lifecycle.asked.map((one) => one.arguments[1])).toEqual([{ verb: 'rebuild' }, { verb: 'rebuild' }]);
});

test('a daemon that refuses all the same gets the earlier instance_info back', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'active', instance_info: OLD_INFO }));
  lifecycle.refuseWith = new IngotError('node_locked', 'Somebody was faster.', { hint: 'Wait.' });
  const { code, err } = await node('rebuild', 'rack1-07', ...IMAGE);
  expect([code, err]).toEqual([1, 'ingot: Somebody was faster.\nWait.\n']);
  expect((await store.nodes.get(NODE))?.instance_info).toEqual(OLD_INFO);
});

test('a secret that the API keeps to itself cannot be put back, and that is told', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  const secret = { ...OLD_INFO, image_source: 'https://u:hunter2@images/old.raw' };
  await store.nodes.insert(aNode({ provision_state: 'active', instance_info: secret }));
  lifecycle.refuseWith = new IngotError('node_locked', 'Somebody was faster.', { hint: 'Wait.' });
  const { code, err } = await node('rebuild', 'rack1-07', ...IMAGE);
  expect([code, err]).toEqual([1, expect.stringContaining('could not be put back')]);
  const { image_source: _, ...others } = OLD_INFO;
  expect((await store.nodes.get(NODE))?.instance_info).toEqual(others);
});

test('a rebuild with another root device leaves an image with a secret in its address as it is', async () => {
  const { node, store } = await daemonFixture();
  const secret = { ...OLD_INFO, image_source: 'https://u:hunter2@images/old.raw', configdrive: {} };
  await store.nodes.insert(aNode({ provision_state: 'active', instance_info: secret }));
  expect((await node('rebuild', 'rack1-07', '--root-device', 'serial=new')).code).toBe(0);
  expect((await store.nodes.get(NODE))?.instance_info).toEqual({ ...secret, root_device: { serial: 'new' } });
});
