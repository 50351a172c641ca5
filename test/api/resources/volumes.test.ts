import { expect, test } from 'vitest';
import { aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const UNKNOWN = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';
const CONNECTOR = { node_uuid: NODE, type: 'iqn', connector_id: 'iqn.2026-11.org.example:n1' };
const TARGET = {
  node_uuid: NODE,
  volume_type: 'iscsi',
  boot_index: 0,
  volume_id: 'vol-1',
  properties: { target_portal: '10.50.0.1:3260', auth_password: 'hunter2' },
};

type WithVolumes = Fixture & { readonly connector: string; readonly target: string };

async function withVolumes(): Promise<WithVolumes> {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode({ power_state: 'power off' }));
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await fixture.ask('POST', `/v1/volume/${path}`, { body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.uuid;
  };
  const connector = await made('connectors', CONNECTOR);
  return { ...fixture, connector, target: await made('targets', TARGET) };
}

test("connector and target have Ironic's fields, and a target's secrets are masked", async () => {
  const { ask, connector, target } = await withVolumes();
  const one = await ask('GET', `/v1/volume/connectors/${connector}`);
  expect(Object.keys(one.body)).toEqual([
    'uuid',
    'created_at',
    'updated_at',
    'connector_id',
    'extra',
    'type',
    'links',
    'node_uuid',
  ]);
  const other = await ask('GET', `/v1/volume/targets/${target}`);
  expect(other.body).toMatchObject({
    boot_index: 0,
    volume_id: 'vol-1',
    properties: { target_portal: '10.50.0.1:3260', auth_password: '******' },
  });
});

test('both are listed, alone and under their node, short and with detail', async () => {
  const { ask, connector, target } = await withVolumes();
  const links = expect.any(Array);
  for (const within of ['/v1', `/v1/nodes/${NODE}`]) {
    const connectors = await ask('GET', `${within}/volume/connectors`);
    expect(connectors.body.connectors).toEqual([{ ...CONNECTOR, uuid: connector, links }]);
    const { properties: _, ...short } = TARGET;
    const targets = await ask('GET', `${within}/volume/targets`);
    expect(targets.body.targets).toEqual([{ ...short, uuid: target, links }]);
  }
  const detailed = await ask('GET', '/v1/volume/targets?detail=True', { version: '1.32' });
  expect(detailed.body.targets[0]).toHaveProperty('properties');
  expect(JSON.stringify(detailed.body)).not.toContain('hunter2');
});

test('/v1/volume leads to both, from 1.32 on', async () => {
  const { ask } = await withVolumes();
  for (const url of ['/v1/volume', `/v1/nodes/${NODE}/volume`]) {
    expect(Object.keys((await ask('GET', url)).body)).toEqual(['links', 'connectors', 'targets']);
    expect((await ask('GET', url, { version: '1.31' })).status).toBe(404);
  }
  expect((await ask('GET', '/v1/volume/targets', { version: '1.31' })).status).toBe(404);
});

test.each([
  [
    'connectors',
    CONNECTOR,
    409,
    /with type iqn and connector ID iqn\.2026-11\.org\.example:n1 already exists\.$/,
  ],
  ['targets', TARGET, 409, "A volume target with boot index '0' for the same node already exists."],
  ['targets', { ...TARGET, boot_index: 'first' }, 400, /^Schema error for target: boot_index/],
  ['connectors', { ...CONNECTOR, bogus: 1 }, 400, /'bogus' was unexpected/],
  [
    'connectors',
    { ...CONNECTOR, node_uuid: UNKNOWN },
    400,
    `Invalid input for field/attribute node_uuid. Value: '${UNKNOWN}'. `,
  ],
  ['targets', { ...TARGET, boot_index: 1, properties: { auth_password: '******' } }, 400, /is the mask/],
])('POST to %s of %j is %d', async (path, body, status, text) => {
  const { ask } = await withVolumes();
  const answer = await ask('POST', `/v1/volume/${path}`, { body });
  expect([answer.status, fault(answer)]).toEqual([
    status,
    typeof text === 'string' ? text : expect.stringMatching(text),
  ]);
});

test('a change that would make two of the same is told with the whole of what they share', async () => {
  const { ask } = await withVolumes();
  const add = async (path: string, body: object): Promise<string> =>
    (await ask('POST', `/v1/volume/${path}`, { body })).body.uuid;
  const connector = await add('connectors', { ...CONNECTOR, connector_id: 'iqn.other' });
  const target = await add('targets', { ...TARGET, boot_index: 1 });
  const same = [{ op: 'replace', path: '/connector_id', value: CONNECTOR.connector_id }];
  const first = [{ op: 'replace', path: '/boot_index', value: 0 }];
  const answers = [
    await ask('PATCH', `/v1/volume/connectors/${connector}`, { body: same }),
    await ask('PATCH', `/v1/volume/targets/${target}`, { body: first }),
  ];
  expect(answers.map((answer) => [answer.status, fault(answer)])).toEqual([
    [409, `A volume connector with type iqn and connector ID ${CONNECTOR.connector_id} already exists.`],
    [409, "A volume target with boot index '0' for the same node already exists."],
  ]);
});

test('they change only while the node is off', async () => {
  const { ask, store, connector, target } = await withVolumes();
  const patch = { body: [{ op: 'replace', path: '/volume_id', value: 'vol-2' }] };
  expect((await ask('PATCH', `/v1/volume/targets/${target}`, patch)).body.volume_id).toBe('vol-2');

  await store.nodes.update(NODE, { power_state: 'power on', provision_state: 'active' });
  const said = (action: string): string =>
    `The requested action "${action}" can not be performed on node "${NODE}" while it is in state "power on".`;
  const changed = await ask('PATCH', `/v1/volume/targets/${target}`, patch);
  expect([changed.status, fault(changed)]).toEqual([400, said('volume target update')]);
  const removed = await ask('DELETE', `/v1/volume/connectors/${connector}`);
  expect([removed.status, fault(removed)]).toEqual([400, said('volume connector deletion')]);
});

test('they are deleted while nothing is deployed, whatever the power', async () => {
  const { ask, store, connector, target } = await withVolumes();
  await store.nodes.update(NODE, { power_state: 'power on', provision_state: 'manageable' });
  expect((await ask('DELETE', `/v1/volume/connectors/${connector}`)).status).toBe(204);
  expect((await ask('DELETE', `/v1/volume/targets/${target}`)).status).toBe(204);
  const gone = await ask('GET', `/v1/volume/targets/${target}`);
  expect([gone.status, fault(gone)]).toEqual([404, `Volume target ${target} could not be found.`]);
  const kinds = (await store.events.list({ node_uuid: NODE })).map(({ kind }) => kind);
  expect(kinds).toEqual([
    'volume_connector.created',
    'volume_target.created',
    'volume_connector.deleted',
    'volume_target.deleted',
  ]);
});

test('they go with their node', async () => {
  const { ask } = await withVolumes();
  expect((await ask('DELETE', `/v1/nodes/${NODE}`)).status).toBe(204);
  expect((await ask('GET', '/v1/volume/targets')).body.targets).toEqual([]);
});
