/** Who may see and change what: Ironic's roles, for the whole site and for the projects that own or lease a node. */
import { expect, test } from 'vitest';
import type { Role } from '../../../src/store/words.ts';
import { aNode, fault, NODE } from '../fixtures.ts';
import { MAC, OTHER, withTokens } from '../with-tokens.ts';

const PATCH_EXTRA = [{ op: 'add', path: '/extra/a', value: 1 }];

test('a project’s reader sees the nodes and ports that the project owns or leases, and no others', async () => {
  const { ask, as } = await withTokens();
  for (const project of ['blue', 'green']) {
    const headers = await as('reader', project);
    expect((await ask('GET', '/v1/nodes', { headers })).body.nodes).toMatchObject([{ uuid: NODE }]);
    expect((await ask('GET', '/v1/ports', { headers })).body.ports).toMatchObject([{ address: MAC }]);
    expect((await ask('GET', '/v1/nodes/rack1-07', { headers })).status).toBe(200);
    const foreign = await ask('GET', '/v1/nodes/rack1-08', { headers });
    expect([foreign.status, fault(foreign)]).toEqual([404, 'Node rack1-08 could not be found.']);
    expect((await ask('GET', `/v1/ports/${OTHER}`, { headers })).status).toBe(404);
    expect((await ask('GET', `/v1/ports?address=52:54:00:12:34:57`, { headers })).body.ports).toEqual([]);
  }
  const headers = await as('reader');
  expect((await ask('GET', '/v1/nodes', { headers })).body.nodes).toHaveLength(2);
});

test('no filter of a list and no parent tells a project of the nodes of others', async () => {
  const { ask, as, store } = await withTokens();
  const group = NODE.replace('9', 'c');
  await store.portgroups.insert({ uuid: group, node_uuid: OTHER, name: 'bond' });
  await store.nodes.insert({ uuid: NODE.replace('9', 'b'), driver: 'redfish', parent_node: NODE });
  const [headers, site] = [await as('reader', 'blue'), await as('reader')];
  for (const [list, foreign, unknown] of [
    ['ports?node=', 'rack1-08', 'rack1-09'],
    ['ports?portgroup=', 'bond', 'band'],
    ['portgroups?node=', 'rack1-08', 'rack1-09'],
  ] as const) {
    const answers = [];
    for (const ident of [foreign, unknown]) {
      const answer = await ask('GET', `/v1/${list}${ident}`, { headers });
      answers.push([answer.status, fault(answer).replace(ident, '…')]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect((await ask('GET', `/v1/${list}${foreign}`, { headers: site })).status).toBe(200);
  }
  const { body } = await ask('GET', `/v1/nodes/${NODE}/children`, { headers });
  expect(body.children).toEqual([]);
});

test('a page of a project’s list is full although the nodes of others lie between', async () => {
  const { ask, as, store } = await withTokens();
  for (let index = 0; index < 4; index++)
    await store.nodes.insert({
      uuid: OTHER.replace('b11', `c0${index}`),
      driver: 'redfish',
      owner: index % 2 === 0 ? 'red' : 'blue',
    });
  const headers = await as('reader', 'blue');
  const { nodes, next } = (await ask('GET', '/v1/nodes?limit=2', { headers })).body;
  expect(nodes).toHaveLength(2);
  expect((await ask('GET', next.slice(next.indexOf('/v1')), { headers })).body.nodes).toHaveLength(1);
});

test('nodes are listed by the project that owns or leases them, by a project its own only', async () => {
  const { ask, as } = await withTokens();
  const site = await as('reader');
  const listed = async (project: string, headers = site): Promise<unknown> =>
    (await ask('GET', `/v1/nodes?project=${project}`, { headers })).body.nodes;
  for (const project of ['blue', 'green']) expect(await listed(project)).toMatchObject([{ uuid: NODE }]);
  expect(await listed('red')).toEqual([]);
  const blue = await as('reader', 'blue');
  expect(await listed('blue', blue)).toMatchObject([{ uuid: NODE }]);
  const foreign = await ask('GET', '/v1/nodes?project=green', { headers: blue });
  expect([foreign.status, fault(foreign)]).toEqual([403, expect.stringContaining('node:list_all')]);
});

test('what tells of the site’s insides is for the owner, and stands masked for the lessee', async () => {
  const { ask, as } = await withTokens();
  const owner = (await ask('GET', `/v1/nodes/${NODE}`, { headers: await as('reader', 'blue') })).body;
  expect(owner).toMatchObject({ last_error: 'BMC 10.30.0.7 is silent', reservation: null });
  expect(owner.driver_info).toMatchObject({ redfish_password: '******' });
  const headers = await as('admin', 'green');
  const lessee = (await ask('GET', `/v1/nodes/${NODE}`, { headers })).body;
  const words = '** Redacted - requires baremetal:node:get:driver_info permission. **';
  expect(lessee).toMatchObject({
    driver_info: { content: words },
    last_error: expect.stringMatching('Redact'),
  });
  expect(JSON.stringify(lessee)).not.toContain('10.30.0.7');
  expect(JSON.stringify((await ask('GET', '/v1/nodes/detail', { headers })).body)).not.toContain('10.30.0.7');
  for (const part of ['why', 'timeline', 'logs'])
    expect((await ask('GET', `/ingot/v1/nodes/${NODE}/${part}`, { headers })).status).toBe(403);
  const events = await ask('GET', `/ingot/v1/events?node=${NODE}`, { headers });
  expect([events.status, fault(events)]).toEqual([403, expect.stringContaining('ingot:events')]);
  expect((await ask('GET', `/ingot/v1/events?node=${OTHER}`, { headers })).status).toBe(404);
});

test('a lessee sees how far the job of the node is, not who asked, what it waits for, nor why it failed', async () => {
  const { ask, as, store } = await withTokens();
  const steps = [{ name: 'write_image', args: {} }];
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps, asked_by: 'alice' });
  await store.jobs.insert({ node_uuid: OTHER, verb: 'active', steps });
  const insides = { waiting_for: 'BMC 10.30.0.7', error: 'BMC 10.30.0.7 is silent' };
  await store.jobs.update(job.id, insides);
  const seen = { node_uuid: NODE, id: job.id, step: 'write_image', step_number: 1 };
  for (const [project, told] of [
    ['blue', { ...insides, asked_by: 'alice' }],
    ['green', { waiting_for: null, error: null, asked_by: null }],
  ] as const) {
    const headers = await as('reader', project);
    const { body } = await ask('GET', '/ingot/v1/jobs', { headers });
    expect(body.jobs).toEqual([expect.objectContaining({ ...seen, ...told })]);
    const { node_uuid: _, ...one } = body.jobs[0];
    expect((await ask('GET', `/ingot/v1/nodes/${NODE}/job`, { headers })).body.job).toEqual(one);
    expect((await ask('GET', `/ingot/v1/nodes/${OTHER}/job`, { headers })).status).toBe(404);
  }
  expect((await ask('GET', '/ingot/v1/jobs', { headers: await as('reader') })).body.jobs).toHaveLength(2);
});

/** Ironic's own defaults (ironic/common/policy.py). */
const VERBS: readonly {
  readonly what: string;
  readonly ask: readonly ['PUT' | 'PATCH' | 'DELETE' | 'GET', string, unknown?];
  /** Site, owner and lessee: the least role that may; null: none. */
  readonly least: readonly [Role | null, Role | null, Role | null];
}[] = [
  { what: 'read its states', ask: ['GET', '/states'], least: ['reader', 'reader', 'reader'] },
  { what: 'read its history', ask: ['GET', '/history'], least: ['reader', 'reader', null] },
  {
    what: 'change power',
    ask: ['PUT', '/states/power', { target: 'power on' }],
    least: ['member', 'member', 'member'],
  },
  {
    what: 'ask for a verb',
    ask: ['PUT', '/states/provision', { target: 'manage' }],
    least: ['member', 'member', 'admin'],
  },
  { what: 'set maintenance', ask: ['PUT', '/maintenance', {}], least: ['member', 'member', 'admin'] },
  { what: 'change extra', ask: ['PATCH', '', PATCH_EXTRA], least: ['member', 'member', 'member'] },
  {
    what: 'change driver_info',
    ask: ['PATCH', '', [{ op: 'add', path: '/driver_info/a', value: 1 }]],
    least: ['member', 'member', null],
  },
  {
    what: 'change the owner',
    ask: ['PATCH', '', [{ op: 'replace', path: '/owner', value: 'red' }]],
    least: ['member', null, null],
  },
  {
    what: 'change extra and the owner at once',
    ask: ['PATCH', '', [...PATCH_EXTRA, { op: 'replace', path: '/owner', value: 'red' }]],
    least: ['member', null, null],
  },
  {
    what: 'take the owner away, by an operation without a value',
    ask: ['PATCH', '', [{ op: 'remove', path: '/owner' }]],
    least: ['member', null, null],
  },
  {
    what: 'change driver_info beside an operation without a value',
    ask: [
      'PATCH',
      '',
      [
        { op: 'add', path: '/driver_info/a', value: 1 },
        { op: 'remove', path: '/driver_info/a' },
      ],
    ],
    least: ['member', 'member', null],
  },
  {
    what: 'switch cleaning off',
    ask: ['PATCH', '', [{ op: 'replace', path: '/automated_clean', value: false }]],
    least: ['admin', null, null],
  },
  {
    what: 'switch cleaning off by a word with blanks around it',
    ask: ['PATCH', '', [{ op: 'add', path: '/automated_clean', value: ' False' }]],
    least: ['admin', null, null],
  },
  { what: 'give it traits', ask: ['PUT', '/traits/CUSTOM_A'], least: ['member', 'admin', null] },
  { what: 'delete it', ask: ['DELETE', ''], least: ['admin', 'admin', null] },
];
const ROLES = ['reader', 'member', 'admin'] as const;
const CALLERS = [null, 'blue', 'green'] as const;

test.each(VERBS)('who may $what is as in Ironic', async ({ ask: [method, path, body], least }) => {
  const { ask, as, store } = await withTokens();
  for (const [index, project] of CALLERS.entries()) {
    for (const role of ROLES) {
      const from = least[index] ?? null;
      const may = from !== null && ROLES.indexOf(role) >= ROLES.indexOf(from);
      const headers = await as(role, project);
      const answer = await ask(method, `/v1/nodes/${NODE}${path}`, {
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect([project, role, answer.status === 403]).toEqual([project, role, !may]);
      if (!may)
        expect(fault(answer)).toContain('Access was denied to the following resource: baremetal:node:');
      await store.nodes
        .update(NODE, { owner: 'blue' })
        .catch(() => store.nodes.insert(aNode({ owner: 'blue', lessee: 'green' })));
    }
  }
});

test('a project’s administrator enrolls nodes of the project only, and adds ports to its nodes only', async () => {
  const { ask, as } = await withTokens();
  const headers = await as('admin', 'blue');
  const made = await ask('POST', '/v1/nodes', { headers, body: { driver: 'redfish' } });
  expect([made.status, made.body.owner]).toEqual([201, 'blue']);
  const enrolled = await ask('POST', '/ingot/v1/nodes', { headers, body: { driver: 'redfish' } });
  expect(enrolled.body.node.owner).toBe('blue');
  const stolen = { driver: 'redfish', owner: 'red' };
  expect((await ask('POST', '/v1/nodes', { headers, body: stolen })).status).toBe(403);
  const uncleaned = { driver: 'redfish', automated_clean: 'off ' };
  for (const path of ['/v1/nodes', '/ingot/v1/nodes'])
    expect([path, (await ask('POST', path, { headers, body: uncleaned })).status]).toEqual([path, 403]);
  const port = { address: '52:54:00:00:00:01', node_uuid: OTHER };
  expect((await ask('POST', '/v1/ports', { headers, body: port })).status).toBe(404);
  expect((await ask('POST', '/v1/ports', { headers, body: { ...port, node_uuid: NODE } })).status).toBe(201);
  const move = [{ op: 'replace', path: '/node_uuid', value: OTHER }];
  expect((await ask('PATCH', `/v1/ports/${NODE.replace('9', 'a')}`, { headers, body: move })).status).toBe(
    404,
  );
  const hung = await ask('GET', `/v1/nodes/${NODE}/ports`, { headers });
  const sly = [{ op: 'remove', path: '/extra/x' }, ...move];
  const moved = await ask('PATCH', `/v1/ports/${hung.body.ports[0].uuid}`, { headers, body: sly });
  expect([moved.status, fault(moved)]).toEqual([404, expect.stringContaining(OTHER)]);
  const member = await as('member', 'blue');
  expect((await ask('POST', '/v1/nodes', { headers: member, body: { driver: 'redfish' } })).status).toBe(403);
});

test('what belongs to the site is no project’s', async () => {
  const { ask, as } = await withTokens();
  const headers = await as('admin', 'blue');
  for (const path of ['/v1/drivers', '/v1/conductors', '/ingot/v1/status', '/ingot/v1/tokens', '/metrics'])
    expect([path, (await ask('GET', path, { headers })).status]).toEqual([path, 403]);
});

test('only administrators of the site make and revoke tokens', async () => {
  const { ask, as } = await withTokens();
  const headers = await as('member');
  expect(
    (await ask('POST', '/ingot/v1/tokens', { headers, body: { name: 'x', role: 'admin' } })).status,
  ).toBe(403);
  expect((await ask('DELETE', '/ingot/v1/tokens/member-site', { headers })).status).toBe(403);
});
