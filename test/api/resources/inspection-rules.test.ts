import { expect, test } from 'vitest';
import { type Answer, apiFixture, type Fixture, fault } from '../fixtures.ts';

const UNKNOWN = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a11';
const RULE = {
  description: 'Dell machines',
  priority: 10,
  conditions: [{ op: 'eq', args: { values: ['{inventory[system_vendor][manufacturer]}', 'Dell Inc.'] } }],
  actions: [{ op: 'set-attribute', args: { path: 'resource_class', value: 'dell' } }],
};

async function withRule(fields: object = {}): Promise<Fixture & { readonly url: string }> {
  const fixture = await apiFixture();
  const made = await fixture.ask('POST', '/v1/inspection_rules', { body: { ...RULE, ...fields } });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { ...fixture, url: `/v1/inspection_rules/${made.body.uuid}` };
}

test("a rule has Ironic's fields, and is listed in short", async () => {
  const { ask, url } = await withRule();
  const { body } = await ask('GET', url);
  expect(Object.keys(body)).toEqual([
    'uuid',
    'created_at',
    'updated_at',
    'description',
    'priority',
    'sensitive',
    'phase',
    'conditions',
    'actions',
    'links',
  ]);
  expect(body).toMatchObject({ ...RULE, sensitive: false, phase: 'main' });
  const { inspection_rules: rules } = (await ask('GET', '/v1/inspection_rules?phase=main')).body;
  expect(Object.keys(rules[0]).toSorted()).toEqual(['description', 'links', 'phase', 'priority', 'uuid']);
  expect((await ask('GET', '/v1/inspection_rules?phase=other')).body.inspection_rules).toEqual([]);
});

test('a loop shows which of its results count', async () => {
  const conditions = [{ op: 'is-true', args: ['{item}'], loop: ['yes', 'no'] }];
  const { ask, url } = await withRule({ conditions });
  expect((await ask('GET', url)).body.conditions).toEqual([{ ...conditions[0], multiple: 'any' }]);
});

test('a sensitive rule tells nobody what it does, and stays sensitive', async () => {
  const { ask, url } = await withRule({ sensitive: true });
  for (const answer of [await ask('GET', url), await ask('GET', '/v1/inspection_rules?detail=true')]) {
    const body: Answer['body'] = answer.body.inspection_rules?.[0] ?? answer.body;
    expect(body).toMatchObject({ sensitive: true, conditions: null, actions: null });
  }
  const patch = [{ op: 'replace', path: '/sensitive', value: false }];
  const refused = await ask('PATCH', url, { body: patch });
  expect(refused.status).toBe(400);
  expect(fault(refused)).toContain('Inspection rules cannot have the sensitive flag unset.');
});

test('a rule is patched, deleted and told of', async () => {
  const { ask, url, store } = await withRule();
  const patch = [
    { op: 'replace', path: '/priority', value: 99 },
    { op: 'add', path: '/actions/-', value: { op: 'add-trait', args: ['CUSTOM_DELL'] } },
  ];
  const { body } = await ask('PATCH', url, { body: patch });
  expect(body).toMatchObject({ priority: 99, description: 'Dell machines' });
  expect(body.actions).toHaveLength(2);
  expect((await ask('DELETE', url)).status).toBe(204);
  expect((await ask('GET', url)).status).toBe(404);
  const kinds = (await store.events.list({})).map(({ kind }) => kind.split('.')[1]);
  expect(kinds).toEqual(['created', 'updated', 'deleted']);
});

test.each([
  [{ actions: [] }, /actions/],
  [{ actions: undefined }, /actions/],
  [{ phase: 'late' }, 'Invalid phase: late. Valid phases are: main'],
  [{ priority: -1 }, 'Priority cannot be negative for user-defined rules.'],
  [{ priority: 10_000 }, 'Priority must be between 0 and 9999 for user-defined rules.'],
  [{ conditions: [{ op: 'like', args: [] }] }, 'Unsupported condition operator: like'],
  [{ conditions: [{ op: '!!eq', args: [] }] }, 'Unsupported condition operator: !!eq'],
  [{ conditions: [{ op: 'eq', args: {} }] }, /missing required argument\(s\): values/],
  [{ conditions: [{ op: 'is-none', args: { value: 1, more: 2 } }] }, /unexpected argument\(s\): more/],
  [{ conditions: [{ op: 'is-none', args: [1, 2] }] }, /unexpected argument\(s\): number 2/],
  [{ conditions: [{ op: 'matches', args: ['x', '(a'] }] }, /^invalid regular expression: missing \)/],
  [{ actions: [{ op: 'api-call', args: { url: 'http://x' } }] }, 'Unsupported action operator: api-call'],
  [{ bogus: 1 }, /'bogus' was unexpected/],
])('a rule with %j is refused', async (fields, text) => {
  const { ask } = await apiFixture();
  const answer = await ask('POST', '/v1/inspection_rules', { body: { ...RULE, ...fields } });
  expect(answer.status).toBe(400);
  expect(fault(answer)).toMatch(text);
});

test('rules are there from 1.96 on', async () => {
  const { ask, url } = await withRule();
  const old = { version: '1.95' };
  expect((await ask('GET', url, old)).status).toBe(404);
  expect((await ask('DELETE', url, old)).status).toBe(405);
  expect((await ask('POST', '/v1/inspection_rules', { ...old, body: RULE })).status).toBe(405);
});

test('a uuid that is unknown, or none, or taken, is refused', async () => {
  const { ask, url } = await withRule();
  const gone = await ask('GET', `/v1/inspection_rules/${UNKNOWN}`);
  expect([gone.status, fault(gone)]).toEqual([404, `Rule ${UNKNOWN} could not be found.`]);
  expect((await ask('GET', '/v1/inspection_rules/dell')).status).toBe(400);
  const uuid = url.split('/').at(-1);
  const twin = await ask('POST', '/v1/inspection_rules', { body: { ...RULE, uuid } });
  expect([twin.status, fault(twin)]).toEqual([409, `A rule with UUID ${uuid} already exists.`]);
});
