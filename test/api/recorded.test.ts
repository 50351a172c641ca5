/** Our answers held against traffic recorded from Ironic 29.0.5: the same keys, kinds of values and status. */
import { expect, test } from 'vitest';
import { createBootApi } from '../../src/api/api.ts';
import { createLog } from '../../src/log.ts';
import { type Answer, aNode, apiFixture, askApp, NODE, type Recorded, recordedTraffic } from './fixtures.ts';

const recorded = recordedTraffic();

function sample(method: string, path: RegExp, status = 200): Recorded {
  const found = recorded.find((one) => one.method === method && path.test(one.path) && one.status === status);
  if (found === undefined) throw new Error(`no ${method} ${String(path)} was recorded`);
  return found;
}

/** Keys and JSON types, two levels deep; what is null in one and not in the other counts as equal. */
function shape(value: unknown, depth = 2): unknown {
  if (value === null) return 'any';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object') return typeof value;
  if (depth === 0) return 'object';
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner, depth - 1)]));
}

function sameKeys(answer: Answer, { reply }: Recorded): void {
  expect(Object.keys(answer.body).toSorted()).toEqual(Object.keys(JSON.parse(reply)).toSorted());
}

test("a created node has exactly the fields of Ironic's at 1.96, in its order, with its defaults", async () => {
  const { ask } = await apiFixture();
  const original = sample('POST', /^\/v1\/nodes$/, 201);
  const answer = await ask('POST', '/v1/nodes', { body: original.body });
  const theirs = JSON.parse(original.reply);
  expect(answer.status).toBe(201);
  expect(Object.keys(answer.body)).toEqual(Object.keys(theirs));
  const ours = { ...answer.body };
  const made = [
    'uuid',
    'created_at',
    'links',
    'ports',
    'states',
    'portgroups',
    'volume',
    'conductor',
    'driver_internal_info',
  ];
  for (const name of made) {
    expect(shape(ours[name], 0), name).toEqual(shape(theirs[name], 0));
    delete ours[name];
    delete theirs[name];
  }
  // Ironic's default enables no rescue; here every node has it, until it says no-rescue.
  expect(ours).toEqual({ ...theirs, rescue_interface: 'agent' });
});

test("a created port has exactly the fields of Ironic's at 1.96", async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const original = sample('POST', /^\/v1\/ports$/, 201);
  const answer = await ask('POST', '/v1/ports', { body: original.body });
  expect(answer.status).toBe(201);
  expect(Object.keys(answer.body)).toEqual(Object.keys(JSON.parse(original.reply)));
});

test.each(['manage', 'provide', 'active', 'deleted'])(
  'the recorded "%s" is taken: 202, no body, a Location',
  async (target) => {
    const { ask, store, lifecycle } = await apiFixture();
    await store.nodes.insert(aNode());
    const original = recorded.find((one) => one.body.includes(`"target": "${target}"`));
    const answer = await ask('PUT', `/v1/nodes/${NODE}/states/provision`, {
      body: original?.body ?? { target },
    });
    expect(answer).toMatchObject({
      status: 202,
      body: '',
      headers: { location: expect.stringMatching(`/v1/nodes/${NODE}/states$`) },
    });
    expect(lifecycle.asked).toMatchObject([{ method: 'requestVerb', arguments: [NODE, { verb: target }] }]);
  },
);

test('the recorded PATCH of instance_info is taken and stored', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body: sample('PATCH', /nodes/).body });
  expect(answer.status).toBe(200);
  expect((await store.nodes.get(NODE))?.instance_info).toMatchObject({
    image_os_hash_algo: 'sha256',
    root_device: { name: 's== /dev/sda' },
  });
});

test("validate has Ironic's keys", async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ interfaces: { bios: 'no-bios' } }));
  const original = sample('GET', /validate$/);
  const answer = await ask('GET', `/v1/nodes/${NODE}/validate`);
  sameKeys(answer, original);
  expect(answer.body.bios).toEqual(JSON.parse(original.reply).bios);
});

test("the root document has Ironic's shape", async () => {
  const { ask } = await apiFixture();
  const answer = await ask('GET', '/');
  expect(shape(answer.body)).toEqual(shape(JSON.parse(sample('GET', /^\/$/).reply)));
});

test('look-up, heartbeat and inspection of the recorded agent are taken, and answered in the recorded shape', async () => {
  const { store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const boot = createBootApi({ lifecycle, log: createLog('silent') });
  const lookup = sample('GET', /lookup/);
  const found = await askApp(boot, { method: 'GET', url: lookup.path, version: '1.62' });
  const theirs = JSON.parse(lookup.reply);
  expect(Object.keys(found.body.node)).toEqual(Object.keys(theirs.node));
  expect(shape(found.body.config)).toEqual(shape(theirs.config));
  expect(lifecycle.asked[0]?.arguments).toMatchObject([{ macs: ['00:5c:52:31:3a:06'], node_uuid: null }]);

  const beat = sample('POST', /heartbeat/, 202);
  expect(await askApp(boot, { method: 'POST', url: beat.path, body: beat.body })).toMatchObject({
    status: 202,
    body: '',
  });
  const inspection = sample('POST', /continue_inspection/, 404);
  const taken = await askApp(boot, {
    method: 'POST',
    url: inspection.path,
    body: inspection.body,
    version: '1.1',
  });
  expect(taken).toMatchObject({ status: 202, body: { uuid: NODE } });
});
