import { expect, test } from 'vitest';
import type { Fixture } from '../fixtures.ts';
import { aNode, apiFixture, fault } from '../fixtures.ts';

const uuidOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

async function withNodes(count: number): Promise<Fixture> {
  const fixture = await apiFixture();
  for (let index = 1; index <= count; index++) {
    const provision_state = index % 2 === 0 ? 'active' : 'enroll';
    const fields = {
      uuid: uuidOf(index),
      name: `n${index}`,
      provision_state,
      maintenance: index === 3,
    } as const;
    await fixture.store.nodes.insert(aNode({ ...fields, resource_class: index > 3 ? 'big' : null }));
  }
  return fixture;
}

const names = (body: { nodes: readonly { name: string }[] }): readonly string[] =>
  body.nodes.map((node) => node.name);

test('the list has seven columns, the detailed list all', async () => {
  const { ask } = await withNodes(1);
  const { body } = await ask('GET', '/v1/nodes');
  const columns = ['instance_uuid', 'links', 'maintenance', 'name', 'power_state', 'provision_state', 'uuid'];
  expect(Object.keys(body.nodes[0]).toSorted()).toEqual(columns);
  for (const url of ['/v1/nodes/detail', '/v1/nodes?detail=True']) {
    expect(Object.keys((await ask('GET', url)).body.nodes[0]).length, url).toBeGreaterThan(60);
  }
});

test.each([
  ['provision_state=active', ['n2', 'n4']],
  ['maintenance=true', ['n3']],
  ['maintenance=False&provision_state=enroll', ['n1', 'n5']],
  ['resource_class=big', ['n4', 'n5']],
  ['resource_class=big&limit=1', ['n4']],
  ['associated=true', []],
  ['sort_key=name&sort_dir=desc&limit=2', ['n5', 'n4']],
  [`sort_key=resource_class&limit=2&marker=${uuidOf(2)}`, ['n3', 'n4']],
  [`sort_key=resource_class&sort_dir=desc&limit=3&marker=${uuidOf(5)}`, ['n4', 'n3', 'n2']],
  [`sort_dir=desc&marker=${uuidOf(3)}`, ['n2', 'n1']],
  ['conductor=ingot&conductor_group=&limit=1', ['n1']],
  ['conductor=another', []],
  ['driver=redfish&limit=2', ['n1', 'n2']],
])('the filter %s finds %j', async (query, expected) => {
  const { ask } = await withNodes(5);
  expect(names((await ask('GET', `/v1/nodes?${query}`)).body)).toEqual(expected);
});

test('following next reads every node once, in the order of creation, filters and fields kept', async () => {
  const { ask } = await withNodes(5);
  const seen: string[] = [];
  let url: string | undefined = '/v1/nodes?limit=2&fields=name&maintenance=false';
  for (let page = 0; url !== undefined && page < 10; page++) {
    const { body } = await ask('GET', url);
    seen.push(...names(body));
    const next: string | undefined = body.next;
    if (next !== undefined) expect(next).toContain('fields=name');
    url = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
  }
  expect(seen).toEqual(['n1', 'n2', 'n4', 'n5']);
});

test('the last page has no next', async () => {
  const { ask } = await withNodes(3);
  expect((await ask('GET', '/v1/nodes?limit=5')).body).not.toHaveProperty('next');
});

test.each([
  ['bogus=1', 'Unexpected arguments: bogus'],
  ['limit=-1', /Limit must be positive/],
  ['limit=x', /limit/],
  ['detail=True&fields=uuid', 'Can not specify ?detail=True and fields in the same request.'],
  ['provision_state=flying', 'Provision state "flying" is not valid'],
  ['maintenance=perhaps', /maintenance/],
  ['sort_key=extra', 'The sort_key value extra is an invalid field for sorting'],
  ['sort_key=bogus', 'The sort_key value "bogus" is an invalid field for sorting'],
  ['sort_dir=up', "Invalid sort direction: up. Acceptable values are 'asc' or 'desc'"],
  ['fault=x', /^Unrecognized fault "x" is specified/],
  ['fields=uuid,foo', 'Field foo is not a valid field.'],
  ['limit=1&limit=2', /more than once/],
])('the query %s is refused with 400', async (query, text) => {
  const { ask } = await withNodes(1);
  const answer = await ask('GET', `/v1/nodes?${query}`);
  expect(answer.status).toBe(400);
  if (typeof text === 'string') expect(fault(answer)).toBe(text);
  else expect(fault(answer)).toMatch(text);
});

test('a marker that is no node is 404', async () => {
  const { ask } = await withNodes(1);
  expect((await ask('GET', `/v1/nodes?marker=${uuidOf(99)}`)).status).toBe(404);
});
