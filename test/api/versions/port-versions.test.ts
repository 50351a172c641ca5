/** What of a port came at which microversion: before it, `Request not acceptable.` */
import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';
import { OTHER, withTokens } from '../with-tokens.ts';

const ADDRESS = '52:54:00:00:00:01';
const VTEP = { 'vtep-logical-switch': 'a', 'vtep-physical-switch': 'b', port_id: '1' };

const FIELDS: readonly { since: number; what: string; body: Record<string, unknown> }[] = [
  { since: 19, what: 'pxe_enabled', body: { pxe_enabled: false } },
  {
    since: 19,
    what: 'a link',
    body: { local_link_connection: { switch_id: '00:00:00:00:00:01', port_id: '1' } },
  },
  { since: 24, what: 'a group', body: { portgroup_uuid: null } },
  { since: 34, what: 'a physical network', body: { physical_network: 'east' } },
  { since: 53, what: 'is_smartnic', body: { is_smartnic: false } },
  { since: 64, what: 'the kind of network', body: { local_link_connection: { network_type: 'unmanaged' } } },
  { since: 88, what: 'a name', body: { name: 'pxe0' } },
  { since: 90, what: 'a VTEP of Open vSwitch', body: { local_link_connection: VTEP } },
  { since: 94, what: 'its node by name', body: { node_uuid: undefined, node_ident: 'rack1-07' } },
];

test.each(FIELDS)('$what of a port is written since 1.$since', async ({ since, body }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const made = (minor: number) =>
    ask('POST', '/v1/ports', { body: { node_uuid: NODE, address: ADDRESS, ...body }, version: `1.${minor}` });
  const old = await made(since - 1);
  expect([old.status, fault(old)]).toEqual([406, 'Request not acceptable.']);
  const answer = await made(since);
  expect([answer.status, answer.body.node_uuid]).toEqual([201, NODE]);
});

test.each(FIELDS.filter(({ body }) => body.local_link_connection !== undefined))(
  '$what of a port is changed since 1.$since',
  async ({ since, body }) => {
    const { ask, store } = await apiFixture();
    await store.nodes.insert(aNode());
    const port = await store.ports.insert({ uuid: OTHER, node_uuid: NODE, address: ADDRESS });
    const value = body.local_link_connection;
    const set = async (minor: number): Promise<number> =>
      (
        await ask('PATCH', `/v1/ports/${port.uuid}`, {
          body: [{ op: 'replace', path: '/local_link_connection', value }],
          version: `1.${minor}`,
        })
      ).status;
    expect([await set(since - 1), await set(since)]).toEqual([406, 200]);
  },
);

test('a port cannot be given to a node that is not there, nor by name to one of others', async () => {
  const { ask, as } = await withTokens();
  const [site, blue] = [await as('admin'), await as('admin', 'blue')];
  const made = async (node_ident: string, headers: Record<string, string>) =>
    await ask('POST', '/v1/ports', { body: { node_ident, address: ADDRESS }, headers });
  const nobody = await made('nobody', site);
  expect([nobody.status, fault(nobody)]).toEqual([400, 'Node nobody could not be found.']);
  expect((await made('rack1-08', blue)).status).toBe(404);
  expect((await made('rack1-07', blue)).status).toBe(201);
});
