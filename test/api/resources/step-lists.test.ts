import { describe, expect, it, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const TEMPLATES = '/v1/deploy_templates';
const RUNBOOKS = '/v1/runbooks';
const STEP = { interface: 'raid', step: 'tune', args: { level: 1 } };
const template = (name = 'CUSTOM_RAID', more = {}) => ({ name, steps: [{ ...STEP, priority: 70 }], ...more });
const runbook = (name = 'CUSTOM_BOOK', more = {}) => ({ name, steps: [{ ...STEP, order: 1 }], ...more });

describe('a deploy template', () => {
  it('is made, shown, changed and deleted as Ironic does it', async () => {
    const { ask } = await apiFixture();
    const made = await ask('POST', TEMPLATES, { body: template() });
    expect(made.status).toBe(201);
    expect(made.headers.location).toMatch(new RegExp(`${TEMPLATES}/${made.body.uuid}$`));
    expect(Object.keys(made.body).sort()).toEqual([
      'created_at',
      'extra',
      'links',
      'name',
      'steps',
      'updated_at',
      'uuid',
    ]);
    expect(made.body.steps).toEqual([{ ...STEP, priority: 70 }]);

    const patch = [
      { op: 'replace', path: '/name', value: 'CUSTOM_RAID1' },
      { op: 'replace', path: '/steps/0/priority', value: '65' },
    ];
    const changed = await ask('PATCH', `${TEMPLATES}/CUSTOM_RAID`, { body: patch });
    expect(changed.body).toMatchObject({ name: 'CUSTOM_RAID1', steps: [{ priority: 65 }] });
    expect((await ask('GET', `${TEMPLATES}/${made.body.uuid}?fields=name`)).body).toEqual({
      name: 'CUSTOM_RAID1',
      links: made.body.links,
    });
    expect((await ask('GET', `${TEMPLATES}/${made.body.uuid.toUpperCase()}`)).status).toBe(200);
    expect((await ask('DELETE', `${TEMPLATES}/CUSTOM_RAID1`)).status).toBe(204);
    expect((await ask('GET', `${TEMPLATES}/CUSTOM_RAID1`)).status).toBe(404);
  });

  it('keeps the secrets of its steps, and shows them to nobody', async () => {
    const { ask, store } = await apiFixture();
    const secret = { ...STEP, args: { raid_password: 'hunter2' }, priority: 1 };
    const { body } = await ask('POST', TEMPLATES, { body: template('CUSTOM_RAID', { steps: [secret] }) });
    expect(body.steps[0].args).toEqual({ raid_password: '******' });
    const extra = [{ op: 'add', path: '/extra/rack', value: 7 }];
    await ask('PATCH', `${TEMPLATES}/CUSTOM_RAID`, { body: extra });
    const stored = await store.stepLists.find('deploy_template', 'CUSTOM_RAID');
    expect(stored).toMatchObject({ extra: { rack: 7 }, steps: [{ args: { raid_password: 'hunter2' } }] });
    const masked = [{ op: 'replace', path: '/steps', value: body.steps }];
    expect((await ask('PATCH', `${TEMPLATES}/CUSTOM_RAID`, { body: masked })).status).toBe(200);
    expect((await store.stepLists.find('deploy_template', 'CUSTOM_RAID'))?.steps).toEqual(stored?.steps);
  });

  it.each([
    ['a name that is no trait', template('raid'), /name: a trait is CUSTOM_/],
    ['no steps', template('CUSTOM_RAID', { steps: [] }), /a list of steps has one at least/],
    [
      'a step twice',
      template('CUSTOM_RAID', {
        steps: [
          { ...STEP, priority: 1 },
          { ...STEP, priority: 2 },
        ],
      }),
      /^Deploy template invalid: Duplicate deploy steps\. .* Duplicates: interface: raid, step: tune\.$/,
    ],
    ['a negative priority', template('CUSTOM_RAID', { steps: [{ ...STEP, priority: -1 }] }), /priority/],
    ['an unknown field', template('CUSTOM_RAID', { owner: 'a' }), /'owner' was unexpected/],
    ['no body', undefined, /name/],
  ])('is refused with %s', async (_name, body, text) => {
    const { ask } = await apiFixture();
    const answer = await ask('POST', TEMPLATES, { body });
    expect({ status: answer.status, text: fault(answer) }).toEqual({
      status: 400,
      text: expect.stringMatching(text),
    });
  });

  it('has a name of its own', async () => {
    const { ask } = await apiFixture();
    await ask('POST', TEMPLATES, { body: template() });
    const again = await ask('POST', TEMPLATES, { body: template() });
    expect({ status: again.status, text: fault(again) }).toEqual({
      status: 409,
      text: 'A deploy template with name CUSTOM_RAID already exists.',
    });
    // A runbook may have it, too.
    expect((await ask('POST', RUNBOOKS, { body: runbook('CUSTOM_RAID') })).status).toBe(201);
  });
});

test('lists go page by page, with the fields asked for', async () => {
  const { ask } = await apiFixture();
  for (const name of ['CUSTOM_A', 'CUSTOM_B', 'CUSTOM_C'])
    await ask('POST', TEMPLATES, { body: template(name) });
  const first = (await ask('GET', `${TEMPLATES}?limit=2`)).body;
  expect(first.deploy_templates.map((one: { name: string }) => one.name)).toEqual(['CUSTOM_A', 'CUSTOM_B']);
  expect(Object.keys(first.deploy_templates[0]).sort()).toEqual(['links', 'name', 'uuid']);
  const next = new URL(first.next);
  const second = (await ask('GET', next.pathname + next.search)).body;
  expect(second.deploy_templates.map((one: { name: string }) => one.name)).toEqual(['CUSTOM_C']);
  expect((await ask('GET', `${TEMPLATES}?detail=True`)).body.deploy_templates[0].steps).toHaveLength(1);
  expect(fault(await ask('GET', `${TEMPLATES}?fields=colour`))).toBe('Field(s) "colour" are not valid');
});

test('lists are sorted as asked', async () => {
  const { ask } = await apiFixture();
  for (const name of ['CUSTOM_A', 'CUSTOM_B']) await ask('POST', RUNBOOKS, { body: runbook(name) });
  const { body } = await ask('GET', `${RUNBOOKS}?sort_key=name&sort_dir=desc`);
  expect(body.runbooks.map((one: { name: string }) => one.name)).toEqual(['CUSTOM_B', 'CUSTOM_A']);
  expect(fault(await ask('GET', `${RUNBOOKS}?sort_key=steps`))).toBe(
    'The sort_key value steps is an invalid field for sorting',
  );
});

test.each([
  [TEMPLATES, 55],
  [RUNBOOKS, 92],
])('%s is not there before 1.%i', async (path, since) => {
  const { ask } = await apiFixture();
  expect((await ask('GET', path, { version: `1.${since - 1}` })).status).toBe(404);
  expect((await ask('GET', path, { version: `1.${since}` })).status).toBe(200);
  expect((await ask('POST', path, { version: `1.${since - 1}`, body: {} })).status).toBe(405);
  expect((await ask('GET', path.slice(3), { version: `1.${since}` })).status).toBe(200);
});

describe('a runbook', () => {
  it('has an owner or is for everybody', async () => {
    const { ask } = await apiFixture();
    const made = await ask('POST', RUNBOOKS, { body: runbook('CUSTOM_BOOK', { owner: 'alice' }) });
    expect(made.body).toMatchObject({ owner: 'alice', public: false, disable_ramdisk: false });
    const publish = [{ op: 'replace', path: '/public', value: true }];
    const patched = await ask('PATCH', `${RUNBOOKS}/CUSTOM_BOOK`, { body: publish });
    expect(patched.body).toMatchObject({ owner: null, public: true });
    const claim = [{ op: 'replace', path: '/owner', value: 'bob' }];
    expect(fault(await ask('PATCH', `${RUNBOOKS}/CUSTOM_BOOK`, { body: claim }))).toBe(
      'There cannot be an owner for a public runbook',
    );
  });

  it('takes the place of the steps, in its order, on a node that has its name as a trait', async () => {
    const { ask, store, lifecycle } = await apiFixture();
    await store.nodes.insert(aNode({ provision_state: 'manageable' }));
    const steps = [
      { ...STEP, step: 'second', order: 2 },
      { ...STEP, step: 'first', order: '1' },
    ];
    await ask('POST', RUNBOOKS, { body: runbook('CUSTOM_BOOK', { steps, disable_ramdisk: true }) });
    const clean = () =>
      ask('PUT', `/v1/nodes/${NODE}/states/provision`, { body: { target: 'clean', runbook: 'CUSTOM_BOOK' } });
    const refused = await clean();
    expect({ status: refused.status, text: fault(refused) }).toEqual({
      status: 400,
      text: `This runbook has not been approved for use on this node ${NODE}. Please ask an administrator to add it to your node traits.`,
    });
    await ask('PUT', `/v1/nodes/${NODE}/traits/CUSTOM_BOOK`);
    expect((await clean()).status).toBe(202);
    expect(lifecycle.asked[0]?.arguments[1]).toEqual({
      verb: 'clean',
      steps: [
        { ...STEP, step: 'first' },
        { ...STEP, step: 'second' },
      ],
      withoutRamdisk: true,
    });
  });
});

describe('a project', () => {
  it('makes runbooks of its own, sees those and the public ones, and uses no others', async () => {
    const config = configSchema.parse({ api: { auth: 'token' } });
    const { ask, store } = await apiFixture({
      config,
      isLocal: ({ headers }) => headers['x-test'] === 'socket',
    });
    const site = { 'x-test': 'socket' };
    const made = await ask('POST', '/ingot/v1/tokens', {
      body: { name: 'blue', role: 'admin', project: 'blue' },
      headers: site,
    });
    const blue = { authorization: `Bearer ${made.body.token}` };
    for (const [name, more] of [
      ['CUSTOM_PUBLIC', { public: true }],
      ['CUSTOM_GREEN', { owner: 'green' }],
    ] as const)
      await ask('POST', RUNBOOKS, { body: runbook(name, more), headers: site });

    expect((await ask('POST', RUNBOOKS, { body: runbook(), headers: blue })).body.owner).toBe('blue');
    const stolen = await ask('POST', RUNBOOKS, {
      body: runbook('CUSTOM_X', { owner: 'green' }),
      headers: blue,
    });
    expect(fault(stolen)).toMatch(/^Cannot create a runbook as a project scoped admin with an owner other/);
    const loud = await ask('POST', RUNBOOKS, { body: runbook('CUSTOM_X', { public: true }), headers: blue });
    expect(fault(loud)).toBe('Cannot create a public runbook as a project scoped admin.');

    const { body } = await ask('GET', RUNBOOKS, { headers: blue });
    expect(body.runbooks.map((one: { name: string }) => one.name)).toEqual(['CUSTOM_PUBLIC', 'CUSTOM_BOOK']);
    const status = async (method: 'GET' | 'DELETE', name: string): Promise<number> =>
      (await ask(method, `${RUNBOOKS}/${name}`, { headers: blue })).status;
    expect(await status('GET', 'CUSTOM_GREEN')).toBe(404);
    expect(await status('DELETE', 'CUSTOM_PUBLIC')).toBe(403);
    const publish = [{ op: 'replace', path: '/public', value: true }];
    const assigned = await ask('PATCH', `${RUNBOOKS}/CUSTOM_BOOK`, { body: publish, headers: blue });
    expect(assigned.status).toBe(403);

    const traits = ['CUSTOM_GREEN', 'CUSTOM_PUBLIC'];
    await store.nodes.insert(aNode({ owner: 'blue', provision_state: 'manageable', traits }));
    const clean = async (name: string): Promise<number> => {
      const asked = { target: 'clean', runbook: name };
      return (await ask('PUT', `/v1/nodes/${NODE}/states/provision`, { body: asked, headers: blue })).status;
    };
    expect(await clean('CUSTOM_GREEN')).toBe(404);
    expect(await clean('CUSTOM_PUBLIC')).toBe(202);
    expect(await status('DELETE', 'CUSTOM_BOOK')).toBe(204);
    expect((await ask('GET', TEMPLATES, { headers: blue })).status).toBe(403);
  });
});
