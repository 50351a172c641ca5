/** What is known of a NIC's link: which names it may have together, and what an older version sees of it. */
import { expect, test } from 'vitest';
import { type Answer, aNode, apiFixture, type Fixture, fault, NODE } from '../fixtures.ts';

const ADDRESS = '52:54:00:00:00:01';
const SWITCH = { switch_id: '00:00:00:00:00:01', port_id: 'Gi0/1' };
const HOST = { hostname: 'nic1', port_id: 'rep0-0' };
const VTEP = { 'vtep-logical-switch': 'a', 'vtep-physical-switch': 'b', port_id: '1' };

async function withNode(): Promise<Fixture> {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode());
  return fixture;
}

const port = (fields: object): { readonly body: object } => ({
  body: { node_uuid: NODE, address: ADDRESS, ...fields },
});

test.each([
  ['of a switch', SWITCH, SWITCH],
  ['with words on the switch', { ...SWITCH, switch_info: 'rack 1' }, { ...SWITCH, switch_info: 'rack 1' }],
  [
    'of a switch in capitals',
    { ...SWITCH, switch_id: 'AA-BB-CC-DD-EE-FF' },
    { ...SWITCH, switch_id: 'aa:bb:cc:dd:ee:ff' },
  ],
  [
    'of an OpenFlow datapath',
    { ...SWITCH, switch_id: 'A0B0C0D0E0F00102' },
    { ...SWITCH, switch_id: 'a0b0c0d0e0f00102' },
  ],
  ['of a smart NIC', HOST, HOST],
  ['of a VTEP', VTEP, VTEP],
  ['that nobody manages', { network_type: 'unmanaged' }, { network_type: 'unmanaged' }],
  ['of which nothing is known', {}, {}],
  ['that is null', null, {}],
])('a link %s is taken', async (_, local_link_connection, kept) => {
  const { ask } = await withNode();
  const made = await ask('POST', '/v1/ports', port({ local_link_connection }));
  expect([made.status, made.body.local_link_connection]).toEqual([201, kept]);
});

test.each([
  ['without a switch', { port_id: 'x' }, "'switch_id' is a required property"],
  ['without a port', { switch_id: SWITCH.switch_id }, "'port_id' is a required property"],
  ['that is managed by no switch', { network_type: 'managed' }, "'switch_id' is a required property"],
  [
    'of half a VTEP',
    { ...SWITCH, 'vtep-logical-switch': 'a' },
    "'vtep-physical-switch' is a required property",
  ],
  ['of a switch that is none', { ...SWITCH, switch_id: 'x' }, 'OpenFlow datapath ID is expected'],
  ['of a kind that is none', { network_type: 'x' }, 'local_link_connection.network_type'],
  ['with a name that is none', { ...SWITCH, bogus: 'x' }, 'bogus'],
  ['of a number', { ...SWITCH, port_id: 7 }, 'local_link_connection.port_id'],
])('a link %s is refused', async (_, local_link_connection, said) => {
  const { ask } = await withNode();
  const made = await ask('POST', '/v1/ports', port({ local_link_connection }));
  expect([made.status, fault(made)]).toEqual([400, expect.stringContaining(said)]);
});

test('a link with a VTEP is shown empty before 1.90, alone and in lists', async () => {
  const { ask } = await withNode();
  const { uuid } = (await ask('POST', '/v1/ports', port({ local_link_connection: VTEP }))).body;
  const shown = async (version: string): Promise<unknown[]> => [
    (await ask('GET', `/v1/ports/${uuid}`, { version })).body.local_link_connection,
    (await ask('GET', '/v1/ports/detail', { version })).body.ports[0].local_link_connection,
    (await ask('GET', `/v1/ports/${uuid}?fields=local_link_connection`, { version })).body
      .local_link_connection,
  ];
  expect(await shown('1.89')).toEqual([{}, {}, {}]);
  expect(await shown('1.90')).toEqual([VTEP, VTEP, VTEP]);
  const extra = [{ op: 'add', path: '/extra/a', value: 1 }];
  const patched = await ask('PATCH', `/v1/ports/${uuid}`, { body: extra, version: '1.89' });
  expect([patched.status, patched.body.local_link_connection]).toEqual([200, {}]);
  expect(await shown('1.90')).toEqual([VTEP, VTEP, VTEP]);
});

test('a smart NIC is kept with its host, changed, and not shown before 1.53', async () => {
  const { ask } = await withNode();
  const made = await ask('POST', '/v1/ports', port({ is_smartnic: 'true', local_link_connection: HOST }));
  expect([made.status, made.body.is_smartnic]).toEqual([201, true]);
  const at = `/v1/ports/${made.body.uuid}`;
  expect((await ask('GET', at, { version: '1.52' })).body).not.toHaveProperty('is_smartnic');
  expect((await ask('GET', `${at}?fields=is_smartnic`, { version: '1.52' })).status).toBe(406);
  const set = (value: unknown): object => ({ body: [{ op: 'replace', path: '/is_smartnic', value }] });
  expect((await ask('PATCH', at, set(false))).body.is_smartnic).toBe(false);
  expect((await ask('PATCH', at, set('on'))).body.is_smartnic).toBe(true);
  expect((await ask('PATCH', at, { body: [{ op: 'remove', path: '/is_smartnic' }] })).body.is_smartnic).toBe(
    false,
  );
});

test.each(['/v1/ports', '/ingot/v1/nodes'])(
  'a smart NIC at a switch is refused by %s, and one of no link yet is not',
  async (path) => {
    const { ask } = await withNode();
    const made = async (local_link_connection: object): Promise<Answer> => {
      const smart = { address: ADDRESS, is_smartnic: true, local_link_connection };
      const body =
        path === '/v1/ports' ? { node_uuid: NODE, ...smart } : { driver: 'redfish', ports: [smart] };
      return await ask('POST', path, { body });
    };
    const refused = await made(SWITCH);
    const said = 'Smart NIC port must have port_id and hostname in local_link_connection';
    expect([refused.status, fault(refused)]).toEqual([400, said]);
    expect((await made({})).status).toBe(201);
  },
);
