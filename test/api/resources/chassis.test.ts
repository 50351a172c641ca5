import { expect, test } from 'vitest';
import { aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const UNKNOWN = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';

async function withChassis(): Promise<Fixture & { readonly chassis: string }> {
  const fixture = await apiFixture();
  const body = { description: 'blade centre', extra: { row: 3 } };
  const answer = await fixture.ask('POST', '/v1/chassis', { body });
  expect(answer.status).toBe(201);
  return { ...fixture, chassis: answer.body.uuid };
}

test("a chassis has Ironic's fields, and is listed by uuid and description", async () => {
  const { ask, chassis } = await withChassis();
  const { body } = await ask('GET', `/v1/chassis/${chassis}`, { version: '1.1' });
  expect(Object.keys(body)).toEqual([
    'uuid',
    'created_at',
    'updated_at',
    'description',
    'extra',
    'links',
    'nodes',
  ]);
  expect((await ask('GET', '/v1/chassis')).body.chassis).toEqual([
    { uuid: chassis, description: 'blade centre', links: expect.any(Array) },
  ]);
  expect((await ask('GET', '/v1/chassis/detail')).body.chassis[0].extra).toEqual({ row: 3 });
  expect((await ask('GET', '/v1/chassis?fields=extra', { version: '1.7' })).status).toBe(406);
});

test('a chassis is patched, and told of', async () => {
  const { ask, chassis, store } = await withChassis();
  const { body } = await ask('PATCH', `/v1/chassis/${chassis}`, {
    body: [
      { op: 'remove', path: '/description' },
      { op: 'add', path: '/extra/column', value: 4 },
    ],
  });
  expect(body).toMatchObject({ description: null, extra: { row: 3, column: 4 } });
  const kinds = (await store.events.list({})).map(({ kind }) => kind);
  expect(kinds).toEqual(['chassis.created', 'chassis.updated']);
});

test('nodes are put into a chassis, are listed by it, and keep it from being deleted', async () => {
  const { ask, chassis } = await withChassis();
  await ask('POST', '/v1/nodes', { body: { driver: 'redfish', name: 'n1', chassis_uuid: chassis } });
  await ask('POST', '/v1/nodes', { body: { driver: 'redfish', name: 'n2' } });
  for (const url of [`/v1/chassis/${chassis}/nodes`, `/v1/nodes?chassis_uuid=${chassis}`]) {
    const { body } = await ask('GET', url);
    expect(body.nodes).toMatchObject([{ name: 'n1' }]);
  }
  const detailed = await ask('GET', `/v1/chassis/${chassis}/nodes/detail`);
  expect(detailed.body.nodes[0].chassis_uuid).toBe(chassis);

  const kept = await ask('DELETE', `/v1/chassis/${chassis}`);
  const said = `Cannot complete the requested action because chassis ${chassis} contains nodes.`;
  expect([kept.status, fault(kept)]).toEqual([400, said]);
  const leave = { body: [{ op: 'remove', path: '/chassis_uuid' }] };
  expect((await ask('PATCH', '/v1/nodes/n1', { ...leave, version: '1.24' })).status).toBe(406);
  expect((await ask('PATCH', '/v1/nodes/n1', leave)).body.chassis_uuid).toBeNull();
  expect((await ask('DELETE', `/v1/chassis/${chassis}`)).status).toBe(204);
});

test('a chassis that is not there is 404 in its URL, and 400 in a node', async () => {
  const { ask, store } = await withChassis();
  await store.nodes.insert(aNode());
  const gone = await ask('GET', `/v1/chassis/${UNKNOWN}`);
  expect([gone.status, fault(gone)]).toEqual([404, `Chassis ${UNKNOWN} could not be found.`]);
  const patch = [{ op: 'add', path: '/chassis_uuid', value: UNKNOWN }];
  const refused = await ask('PATCH', `/v1/nodes/${NODE}`, { body: patch });
  expect([refused.status, fault(refused)]).toEqual([400, `Chassis ${UNKNOWN} could not be found.`]);
  const named = await ask('GET', '/v1/chassis/left');
  expect([named.status, fault(named)]).toEqual([400, 'Expected UUID for chassis_uuid: left']);
});

test('a uuid that is taken and a description without end are refused', async () => {
  const { ask, chassis } = await withChassis();
  const twin = await ask('POST', '/v1/chassis', { body: { uuid: chassis } });
  expect([twin.status, fault(twin)]).toEqual([409, `A chassis with UUID ${chassis} already exists.`]);
  expect((await ask('POST', '/v1/chassis', { body: { description: 'x'.repeat(256) } })).status).toBe(400);
});
