import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyPatch, patchedFields } from '../../../src/api/patch.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const RULES = { allowed: ['extra', 'name', 'driver'], mandatory: ['driver'], emptied: { extra: {} } };
const DOCUMENT = { name: 'n', driver: 'redfish', extra: { a: 1, list: ['x', 'y'], deep: { b: 2 } } };

test.each([
  {
    name: 'add makes a new key',
    op: { op: 'add', path: '/extra/c', value: 3 },
    extra: { ...DOCUMENT.extra, c: 3 },
  },
  {
    name: 'add replaces a present key',
    op: { op: 'add', path: '/extra/a', value: 9 },
    extra: { ...DOCUMENT.extra, a: 9 },
  },
  {
    name: 'replace changes a deep key',
    op: { op: 'replace', path: '/extra/deep/b', value: 9 },
    extra: { ...DOCUMENT.extra, deep: { b: 9 } },
  },
  {
    name: 'remove takes a key away',
    op: { op: 'remove', path: '/extra/deep' },
    extra: { a: 1, list: ['x', 'y'] },
  },
  {
    name: 'a key may have letters of any language',
    op: { op: 'add', path: '/extra/Größe in µm', value: 3 },
    extra: { ...DOCUMENT.extra, 'Größe in µm': 3 },
  },
  {
    name: 'a key with a slash and a tilde is escaped, the tilde last',
    op: { op: 'add', path: '/extra/a~1b~0c~01', value: 3 },
    extra: { ...DOCUMENT.extra, 'a/b~c~1': 3 },
  },
  { name: 'removing an object leaves an empty one', op: { op: 'remove', path: '/extra' }, extra: {} },
  {
    name: 'add into a list inserts',
    op: { op: 'add', path: '/extra/list/1', value: 'z' },
    extra: { ...DOCUMENT.extra, list: ['x', 'z', 'y'] },
  },
  {
    name: 'add at - appends',
    op: { op: 'add', path: '/extra/list/-', value: 'z' },
    extra: { ...DOCUMENT.extra, list: ['x', 'y', 'z'] },
  },
  {
    name: 'remove from a list closes the gap',
    op: { op: 'remove', path: '/extra/list/0' },
    extra: { ...DOCUMENT.extra, list: ['y'] },
  },
] as const)('$name', ({ op, extra }) => {
  expect(applyPatch(DOCUMENT, [op], RULES)).toEqual({ ...DOCUMENT, extra });
});

test.each([
  {
    op: { op: 'replace', path: '/extra/no', value: 1 },
    text: `Couldn't apply patch '{'op': 'replace', 'path': '/extra/no'}'. Reason: can't replace a non-existent object 'no'`,
  },
  {
    op: { op: 'remove', path: '/extra/no' },
    text: `Couldn't apply patch '{'op': 'remove', 'path': '/extra/no'}'. Reason: can't remove a non-existent object 'no'`,
  },
  { op: { op: 'add', path: '/extra/no/deeper', value: 1 }, text: /can't add a non-existent object 'no'/ },
  { op: { op: 'add', path: '/extra/a/b', value: 1 }, text: /no object/ },
  { op: { op: 'replace', path: '/extra/list/7', value: 1 }, text: /non-existent/ },
  {
    op: { op: 'remove', path: '/driver' },
    text: "Schema error for patch: 'driver' is a required property",
  },
  {
    op: { op: 'add', path: '/uuid', value: 'x' },
    text: 'Cannot patch /uuid. Only the following can be updated: extra, name, driver',
  },
] as const)('$op.op $op.path is refused', ({ op, text }) => {
  expect(() => applyPatch(DOCUMENT, [op], RULES)).toThrow(text);
});

test('a refused patch does not repeat the value, which may be a password', () => {
  const op = { op: 'replace', path: '/extra/password', value: 'hunter2' } as const;
  expect(() => applyPatch(DOCUMENT, [op], RULES)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
  );
});

test('what is added can be removed again, and nothing else has changed', () => {
  const key = fc.stringMatching(/^[a-z_]{1,8}$/);
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.jsonValue(), { noNullPrototype: true }),
      key,
      fc.jsonValue(),
      (given, name, value) => {
        const extra = JSON.parse(JSON.stringify(given)) as Record<string, never>;
        const { [name]: _taken, ...without } = extra;
        const document = { ...DOCUMENT, extra: without };
        const path = `/extra/${name}`;
        const both = applyPatch(
          document,
          [
            { op: 'add', path, value: JSON.parse(JSON.stringify(value)) },
            { op: 'remove', path },
          ],
          RULES,
        );
        expect(both).toEqual(document);
      },
    ),
  );
});

test('the fields that a patch touches are its root names, each once', () => {
  const patch = [
    { op: 'add', path: '/extra/a', value: 1 },
    { op: 'remove', path: '/extra/b' },
    { op: 'remove', path: '/name' },
  ] as const;
  expect(patchedFields(patch)).toEqual(['extra', 'name']);
});

test('PATCH changes the fields that it names and no other', async () => {
  const { ask, store } = await apiFixture();
  const before = await store.nodes.insert(aNode());
  const body = [{ op: 'replace', path: '/name', value: 'renamed' }];
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body });
  expect(answer).toMatchObject({
    status: 200,
    body: { name: 'renamed', driver_info: { redfish_password: '******' } },
  });
  expect(await store.nodes.get(NODE)).toEqual({ ...before, name: 'renamed', updated_at: expect.any(String) });
});

test('an earlier secret stays when another key beside it is patched', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = [{ op: 'add', path: '/driver_info/redfish_system_id', value: '/redfish/v1/Systems/1' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(200);
  expect((await store.nodes.get(NODE))?.driver_info).toMatchObject({ redfish_password: 'hunter2' });
});

test.each([
  {
    name: 'the mask of a secret that is not there',
    op: { op: 'add', path: '/driver_info/ipmi_password', value: '******' },
    status: 400,
    text: /mask/,
  },
  {
    name: 'the state',
    op: { op: 'replace', path: '/provision_state', value: 'active' },
    status: 400,
    text: /^Cannot patch \/provision_state\. Only the following can be updated: /,
  },
  {
    name: 'a bad path',
    op: { op: 'add', path: 'extra', value: 1 },
    status: 400,
    text: /^Schema error for patch/,
  },
  {
    name: 'an operation that Ironic does not take',
    op: { op: 'move', path: '/extra/a', from: '/extra/b' },
    status: 400,
    text: /^Schema error for patch/,
  },
  {
    name: 'a wrong type',
    op: { op: 'replace', path: '/extra', value: 'x' },
    status: 400,
    text: /^Schema error for node: extra/,
  },
  {
    name: 'the driver to one that is not here',
    op: { op: 'replace', path: '/driver', value: 'fax' },
    status: 400,
    text: /supports driver fax/,
  },
  {
    name: 'an interface to another',
    op: { op: 'replace', path: '/boot_interface', value: 'pxe' },
    status: 400,
    text: /entrypoint: pxe.*\['ipxe', 'http-ipxe', 'redfish-virtual-media'\]/,
  },
])('PATCH of $name is refused', async ({ op, status, text }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body: [op] });
  expect(answer.status).toBe(status);
  expect(fault(answer)).toMatch(text);
});

test('the boot interface is PXE or UEFI HTTP boot; removed, it is PXE again', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const patched = async (op: object) =>
    (await ask('PATCH', `/v1/nodes/${NODE}`, { body: [{ path: '/boot_interface', ...op }] })).body;
  expect(await patched({ op: 'replace', value: 'http-ipxe' })).toMatchObject({ boot_interface: 'http-ipxe' });
  expect(await patched({ op: 'remove' })).toMatchObject({ boot_interface: 'ipxe' });
});

test('an interface patched to the value that it has is fine', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = [{ op: 'replace', path: '/boot_interface', value: 'ipxe' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(200);
});

test.each([
  ['deploying', 'active', 409],
  ['cleaning', 'available', 409],
  ['deploy failed', 'active', 200],
  ['inspect wait', 'manageable', 200],
  ['verifying', 'manageable', 200],
  ['active', null, 200],
] as const)(
  'PATCH in "%s" on the way to %s answers %d',
  async (provision_state, target_provision_state, status) => {
    const { ask, store } = await apiFixture();
    await store.nodes.insert(aNode({ provision_state, target_provision_state }));
    const answer = await ask('PATCH', `/v1/nodes/${NODE}`, {
      body: [{ op: 'add', path: '/extra/a', value: 1 }],
    });
    expect(answer.status).toBe(status);
    if (status === 409)
      expect(fault(answer)).toBe(`Node ${NODE} can not be updated while a state transition is in progress.`);
  },
);

test('an active node may be given a resource class, which changes then only when nothing is deployed', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ provision_state: 'active' }));
  const body = [{ op: 'add', path: '/resource_class', value: 'big' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(200);
  await store.nodes.update(NODE, { maintenance: true });
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(409);
  await store.nodes.update(NODE, { provision_state: 'available' });
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(200);
});

test('leaving maintenance by PATCH forgets the reason and the fault', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ maintenance: true, maintenance_reason: 'fan', fault: 'power failure' }));
  await ask('PATCH', `/v1/nodes/${NODE}`, {
    body: [{ op: 'replace', path: '/maintenance', value: 'false' }],
  });
  expect(await store.nodes.get(NODE)).toMatchObject({
    maintenance: false,
    maintenance_reason: null,
    fault: null,
  });
});

test('an instance is not overwritten by another, but may be cleared', async () => {
  const { ask, store } = await apiFixture();
  const first = '11111111-2222-4333-8444-555555555555';
  await store.nodes.insert(aNode({ instance_uuid: first }));
  const other = [{ op: 'add', path: '/instance_uuid', value: '99999999-2222-4333-8444-555555555555' }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body: other })).status).toBe(409);
  expect(
    (await ask('PATCH', `/v1/nodes/${NODE}`, { body: [{ op: 'remove', path: '/instance_uuid' }] })).status,
  ).toBe(200);
});

test('many operations on a large object change one copy of it, and the document stays as it was', () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at]));
  const patch = Array.from(
    { length: 1_000 },
    (_, at) => ({ op: 'add', path: `/extra/n${at}`, value: at }) as const,
  );
  const { extra } = applyPatch({ extra: many }, patch, RULES);
  expect(Object.keys(extra ?? {})).toHaveLength(101_000);
  expect(Object.keys(many)).toHaveLength(100_000);
});

test.each([
  { path: '/extra/example.org~1größe', status: 200 },
  { path: '/extra/~0', status: 200 },
  { path: '/extra/~2', status: 400 },
  { path: '/extra/~', status: 400 },
  { path: '/extra//a', status: 400 },
  { path: 'extra/a', status: 400 },
  { path: '/extra/__proto__', status: 400 },
  { path: '/~0extra/a', status: 400 },
])('the path $path is answered by $status', async ({ path, status }) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const body = [{ op: 'add', path, value: 1 }];
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body })).status).toBe(status);
  expect(Object.keys((await store.nodes.get(NODE))?.extra ?? {})).toHaveLength(status === 200 ? 1 : 0);
});
