/** Who may ask for nodes, and whose they get: a project of those that it owns or leases, as in Ironic. */
import { expect, test } from 'vitest';
import type { Answer } from '../fixtures.ts';
import { fault, NODE } from '../fixtures.ts';
import { OTHER, type WithTokens, withTokens } from '../with-tokens.ts';

const AT = '/v1/allocations';
const FREE = { provision_state: 'available', power_state: 'power off', resource_class: 'big' } as const;

type Allocating = WithTokens & {
  /** Posts, waits until it is decided, and reads it as the site. */
  readonly allocate: (headers: Record<string, string>, body?: object) => Promise<Answer['body']>;
};

/** The node that `blue` owns and `green` leases, and one that is nobody's: both free. */
async function withFreeNodes(): Promise<Allocating> {
  const all = await withTokens();
  await all.store.nodes.update(NODE, FREE);
  await all.store.nodes.update(OTHER, FREE);
  const site = await all.as('admin');
  const allocate: Allocating['allocate'] = async (headers, body = {}) => {
    const made = await all.ask('POST', AT, { headers, body: { resource_class: 'big', ...body } });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await expect.poll(() => all.store.allocations.undecided()).toEqual([]);
    return (await all.ask('GET', `${AT}/${made.body.uuid}`, { headers: site })).body;
  };
  return { ...all, allocate };
}

test.each(['blue', 'green'])('a member of %s gets the node that is theirs, and no other', async (project) => {
  const { as, allocate } = await withFreeNodes();
  const headers = await as('member', project);
  expect(await allocate(headers)).toMatchObject({ owner: project, state: 'active', node_uuid: NODE });
  const second = await allocate(headers, { owner: project });
  expect(second).toMatchObject({ owner: project, state: 'error', node_uuid: null });
});

test('an allocation of the site has the owner that it is given, or none', async () => {
  const { as, allocate } = await withFreeNodes();
  const headers = await as('member');
  expect(await allocate(headers)).toMatchObject({ owner: null, state: 'active' });
  expect(await allocate(headers, { owner: 'red' })).toMatchObject({ owner: 'red', state: 'error' });
});

test('a project that has no node asks in vain, and hears nothing of those of others', async () => {
  const { ask, as, allocate } = await withFreeNodes();
  const headers = await as('admin', 'red');
  expect((await allocate(headers)).last_error).toContain('no available nodes match the resource class big');
  for (const [field, said] of [
    [{ candidate_nodes: ['rack1-07'] }, 'Nodes cannot be found: rack1-07'],
    [{ candidate_nodes: ['nobody'] }, 'Nodes cannot be found: nobody'],
    [{ node: 'rack1-07' }, 'Node rack1-07 could not be found.'],
    [{ node: 'nobody' }, 'Node nobody could not be found.'],
  ] as const) {
    const answer = await ask('POST', AT, { headers, body: { resource_class: 'big', ...field } });
    expect([answer.status, fault(answer)]).toEqual([400, said]);
  }
});

test('candidates that are theirs are taken by name', async () => {
  const { as, allocate } = await withFreeNodes();
  const mine = await allocate(await as('member', 'green'), { candidate_nodes: ['rack1-07'] });
  expect(mine).toMatchObject({ candidate_nodes: [NODE], node_uuid: NODE });
});

test('a node that was deployed without an allocation gets one of its lessee', async () => {
  const { ask, as, store } = await withFreeNodes();
  await store.nodes.update(NODE, { provision_state: 'active', instance_uuid: OTHER });
  const made = await ask('POST', AT, { headers: await as('member', 'green'), body: { node: 'rack1-07' } });
  expect([made.status, made.body]).toMatchObject([201, { uuid: OTHER, owner: 'green', node_uuid: NODE }]);
});

test.each([
  ['names another owner', 'member', 'blue', { owner: 'green' }, 'baremetal:allocation:create_restricted'],
  ['is a reader of a project', 'reader', 'blue', {}, 'baremetal:allocation:create'],
  ['is a reader of the site', 'reader', null, {}, 'baremetal:allocation:create'],
] as const)('who %s is refused', async (_, role, project, fields, policy) => {
  const { ask, as, store } = await withFreeNodes();
  const headers = await as(role, project);
  const answer = await ask('POST', AT, { headers, body: { resource_class: 'big', ...fields } });
  expect([answer.status, fault(answer)]).toEqual([403, expect.stringContaining(policy)]);
  expect(await store.allocations.undecided()).toEqual([]);
});

test('a project sees its own allocations only, whatever it filters by', async () => {
  const { ask, as, allocate } = await withFreeNodes();
  const mine = await allocate(await as('member', 'green'), { name: 'web' });
  const others = await allocate(await as('member', 'blue'), { name: 'db' });
  const headers = await as('reader', 'green');
  const listed = async (query: string) =>
    (await ask('GET', `${AT}?${query}`, { headers })).body.allocations.map((one: Answer['body']) => one.uuid);
  for (const query of ['', 'owner=green', 'resource_class=big', 'node=rack1-07'])
    expect([query, await listed(query)]).toEqual([query, [mine.uuid]]);
  for (const ident of ['web', mine.uuid])
    expect((await ask('GET', `${AT}/${ident}`, { headers })).status).toBe(200);
  for (const ident of ['db', others.uuid]) {
    const answer = await ask('GET', `${AT}/${ident}`, { headers });
    expect([answer.status, fault(answer)]).toEqual([404, `Allocation ${ident} could not be found.`]);
  }
  const foreign = await ask('GET', `${AT}?owner=blue`, { headers });
  expect([foreign.status, fault(foreign)]).toEqual([403, expect.stringContaining('allocation:list_all')]);
  const unseen = await ask('GET', `${AT}?node=rack1-08`, { headers });
  expect([unseen.status, fault(unseen)]).toEqual([400, 'Node rack1-08 could not be found.']);
  expect((await ask('GET', AT, { headers: await as('reader') })).body.allocations).toHaveLength(2);
});

test.each([
  ['change', 'PATCH', [{ op: 'add', path: '/extra/a', value: 1 }], 200],
  ['delete', 'DELETE', undefined, 204],
] as const)(
  'members of the project %s its allocation, and nobody of another',
  async (_, method, body, done) => {
    const { ask, as, allocate } = await withFreeNodes();
    const member = await as('member', 'green');
    const { uuid } = await allocate(member);
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await ask(method, `${AT}/${uuid}`, { headers, ...(body === undefined ? {} : { body }) })).status;
    expect(await statusFor(await as('admin', 'blue'))).toBe(404);
    expect(await statusFor(await as('reader', 'green'))).toBe(403);
    expect(await statusFor(await as('reader'))).toBe(403);
    expect(await statusFor(member)).toBe(done);
  },
);

test('who owns the node but not its allocation may neither read nor end it by the node', async () => {
  const { ask, as, allocate } = await withFreeNodes();
  const { uuid } = await allocate(await as('member', 'green'));
  const at = `/v1/nodes/${NODE}/allocation`;
  const [owner, stranger, reader] = [
    await as('admin', 'blue'),
    await as('admin', 'red'),
    await as('reader', 'green'),
  ];
  for (const [method, policy] of [
    ['GET', 'allocation:get'],
    ['DELETE', 'allocation:delete'],
  ] as const) {
    const answer = await ask(method, at, { headers: owner });
    expect([answer.status, fault(answer)]).toEqual([403, expect.stringContaining(policy)]);
    expect((await ask(method, at, { headers: stranger })).status).toBe(404);
  }
  expect((await ask('GET', at, { headers: reader })).body.uuid).toBe(uuid);
  expect((await ask('DELETE', at, { headers: reader })).status).toBe(403);
  expect((await ask('DELETE', at, { headers: await as('member') })).status).toBe(204);
});
