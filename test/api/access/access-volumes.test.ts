/** Who may see and change the volumes of a node: who owns or leases it, as in Ironic. */
import { expect, test } from 'vitest';
import { NODE } from '../fixtures.ts';
import { OTHER, type WithTokens, withTokens } from '../with-tokens.ts';

const CONNECTOR = '0f0fbd4c-52f3-4f0d-8a63-8a1e6a2d3a01';
const FOREIGN = '0f0fbd4c-52f3-4f0d-8a63-8a1e6a2d3a02';
const TARGET = '0f0fbd4c-52f3-4f0d-8a63-8a1e6a2d3a03';

async function withVolumes(): Promise<WithTokens> {
  const all = await withTokens();
  await all.store.nodes.update(NODE, { power_state: 'power off' });
  const initiator = { type: 'iqn', extra: {} };
  const mine = {
    ...initiator,
    uuid: CONNECTOR,
    node_uuid: NODE,
    connector_id: 'iqn.2026-11.org.example:a',
  };
  await all.store.connectors.insert(mine);
  await all.store.connectors.insert({ ...mine, uuid: FOREIGN, node_uuid: OTHER, connector_id: 'iqn.b' });
  await all.store.targets.insert({
    uuid: TARGET,
    node_uuid: NODE,
    volume_type: 'iscsi',
    volume_id: 'v',
    boot_index: 0,
    extra: {},
    properties: { target_portal: '10.50.0.1:3260' },
  });
  return all;
}

const RENAME = [{ op: 'replace', path: '/connector_id', value: 'iqn.c' }];

test('volumes are listed and shown to the projects that own or lease their node, and those of others are not there', async () => {
  const { ask, as } = await withVolumes();
  for (const project of ['blue', 'green']) {
    const headers = await as('reader', project);
    const list = await ask('GET', '/v1/volume/connectors', { headers });
    expect(list.body.connectors).toMatchObject([{ uuid: CONNECTOR }]);
    expect((await ask('GET', `/v1/volume/connectors/${CONNECTOR}`, { headers })).status).toBe(200);
    for (const path of [`/${FOREIGN}`, '?node=rack1-08'])
      expect((await ask('GET', `/v1/volume/connectors${path}`, { headers })).status).toBe(404);
  }
  const site = await ask('GET', '/v1/volume/connectors', { headers: await as('reader') });
  expect(site.body.connectors).toHaveLength(2);
});

test('volumes are added, changed and deleted by whom Ironic lets', async () => {
  const { ask, as } = await withVolumes();
  const one = `/v1/volume/connectors/${CONNECTOR}`;
  const [member, admin, lessee] = [
    await as('member', 'blue'),
    await as('admin', 'blue'),
    await as('member', 'green'),
  ];
  expect((await ask('PATCH', one, { headers: lessee, body: RENAME })).status).toBe(403);
  expect((await ask('PATCH', one, { headers: member, body: RENAME })).status).toBe(200);
  const moved = [{ op: 'replace', path: '/node_uuid', value: OTHER }];
  expect((await ask('PATCH', one, { headers: admin, body: moved })).status).toBe(404);
  expect((await ask('DELETE', one, { headers: member })).status).toBe(403);
  expect((await ask('DELETE', one, { headers: admin })).status).toBe(204);
  const body = { node_uuid: NODE, type: 'iqn', connector_id: 'iqn.d' };
  const add = async (headers: Record<string, string>, node_uuid: string): Promise<number> =>
    (await ask('POST', '/v1/volume/connectors', { headers, body: { ...body, node_uuid } })).status;
  expect([await add(member, NODE), await add(admin, OTHER), await add(admin, NODE)]).toEqual([403, 404, 201]);
});

test('how a target is reached is shown to a project’s administrators only', async () => {
  const { ask, as } = await withVolumes();
  const callers = [
    [await as('member', 'blue'), false],
    [await as('admin', 'blue'), true],
    [await as('reader'), true],
  ] as const;
  for (const path of [`/v1/volume/targets/${TARGET}`, '/v1/volume/targets?detail=True']) {
    for (const [headers, shown] of callers) {
      const answer = await ask('GET', path, { headers });
      expect([answer.status, JSON.stringify(answer.body).includes('10.50.0.1')]).toEqual([200, shown]);
    }
  }
});
