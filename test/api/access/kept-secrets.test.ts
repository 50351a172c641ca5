/** What a client was shown masked and sends back stays what it is; a mask with nothing behind it is refused. */
import { expect, test } from 'vitest';
import { withKeptSecrets } from '../../../src/api/kept-secrets.ts';
import { maskInstanceInfo, maskSecrets } from '../../../src/api/masking.ts';
import type { Json, JsonObject } from '../../../src/json.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const STORED = {
  redfish_address: 'https://10.30.0.7',
  redfish_password: 'hunter2',
  snmp: {
    auth_key: 'a-key',
    port: 161,
    users: [
      { name: 'a', token: 't1' },
      { name: 'b', token: 't2' },
    ],
  },
  iso: 'https://u:pw@h/boot.iso?sig=abc',
};

async function patched(driver_info: JsonObject, patch: readonly object[]) {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(
    aNode({ driver_info, instance_info: { configdrive: 'drive', image_source: 'http://i' } }),
  );
  const answer = await ask('PATCH', `/v1/nodes/${NODE}`, { body: patch });
  return { answer, node: await store.nodes.get(NODE) };
}

test('a whole object that comes back as it was shown is what it was', async () => {
  const value = { ...maskSecrets(STORED), redfish_address: 'https://10.30.0.8' };
  const { answer, node } = await patched(STORED, [{ op: 'replace', path: '/driver_info', value }]);
  expect(answer.status).toBe(200);
  expect(node?.driver_info).toEqual({ ...STORED, redfish_address: 'https://10.30.0.8' });
  expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|a-key|t1|pw@|abc/);
});

test.each([
  ['a password', '/driver_info/redfish_password', '******'],
  ['one deep inside', '/driver_info/snmp/auth_key', '******'],
  ['a URL with masks in it', '/driver_info/iso', 'https://u:******@h/boot.iso?sig=******'],
  ['an object with masks in it', '/driver_info/snmp', maskSecrets(STORED).snmp],
])('%s that comes back masked stays', async (_, path, value) => {
  for (const op of ['add', 'replace']) {
    const { answer, node } = await patched(STORED, [{ op, path, value }]);
    expect([answer.status, node?.driver_info]).toEqual([200, STORED]);
  }
});

test('the config drive stays, too, beside what is changed', async () => {
  const value = { configdrive: '******', image_source: 'http://other' };
  const { node } = await patched(STORED, [{ op: 'replace', path: '/instance_info', value }]);
  expect(node?.instance_info).toEqual({ configdrive: 'drive', image_source: 'http://other' });
});

test.each([
  ['a secret that is not there', '/driver_info/ipmi_password', '******'],
  ['another URL', '/driver_info/iso', 'https://u:******@other/boot.iso'],
  ['a field without secrets', '/extra/note', '******'],
  ['a name', '/description', 'the ******'],
  ['another secret of the node', '/driver_info/redfish_address', '******'],
])('the mask for %s is refused', async (_, path, value) => {
  const { answer, node } = await patched(STORED, [{ op: 'add', path, value }]);
  expect([answer.status, fault(answer)]).toEqual([400, expect.stringContaining('is the mask')]);
  expect(node?.driver_info).toEqual(STORED);
});

test('a list that was sorted anew mixes no secrets up', () => {
  const stored = { users: STORED.snmp.users };
  const shown = maskSecrets(stored);
  const [a = null, b = null] = shown.users as readonly JsonObject[];
  const kept = withKeptSecrets({ users: [b, a] }, { stored, shown }, ['users']);
  expect(kept).toEqual({ users: STORED.snmp.users.toReversed() });
  const other = { users: [{ name: 'c', token: '******' }] };
  expect(() => withKeptSecrets(other, { stored, shown }, ['users'])).toThrow('is the mask');
});

test('items that look alike when they are masked keep each its own secret, and a new one gets none', () => {
  const stored = { users: [{ token: 't1' }, { token: 't2' }] };
  const shown = maskSecrets(stored);
  const [masked = null] = shown.users as readonly JsonObject[];
  const kept = (...users: readonly Json[]): JsonObject =>
    withKeptSecrets({ users }, { stored, shown }, ['users']);
  const [t1 = null, t2 = null] = stored.users;
  const t3 = { token: 't3' };
  expect(kept(masked, masked, t3)).toEqual({ users: [t1, t2, t3] });
  expect(kept(t1, masked)).toEqual({ users: [t1, t2] });
  expect(() => kept(masked, masked, masked)).toThrow('is the mask');
  expect(() => kept(t1, t2, masked)).toThrow('is the mask');
});

test('every field of a node that is shown masked is one that may come back', async () => {
  const { ask, store } = await apiFixture();
  const instance_info = { configdrive: 'drive', image_url: 'http://i', hashed_rescue_password: 'h' };
  await store.nodes.insert(aNode({ driver_info: STORED, instance_info }));
  const shown = (await ask('GET', `/v1/nodes/${NODE}`)).body;
  const masked = Object.entries(shown).flatMap(([name, value]) =>
    JSON.stringify(value).includes('******') ? [name] : [],
  );
  expect(masked).toEqual(['driver_info', 'instance_info']);
  const patch = masked.map((name) => ({ op: 'replace', path: `/${name}`, value: shown[name] }));
  expect((await ask('PATCH', `/v1/nodes/${NODE}`, { body: patch })).status).toBe(200);
  expect(await store.nodes.get(NODE)).toMatchObject({ driver_info: STORED, instance_info });
  expect(shown.instance_info).toEqual(maskInstanceInfo(instance_info));
});

test('the steps of a template keep their passwords when it is renamed or put in another order', async () => {
  const { ask, store } = await apiFixture();
  const step = (name: string, password: string): object => ({
    interface: 'raid',
    step: name,
    priority: 50,
    args: { password },
  });
  const body = { name: 'CUSTOM_RAID', steps: [step('one', 'p1'), step('two', 'p2')] };
  const { uuid, steps } = (await ask('POST', '/v1/deploy_templates', { body })).body;
  const patch = [{ op: 'replace', path: '/steps', value: steps.toReversed() }];
  expect((await ask('PATCH', `/v1/deploy_templates/${uuid}`, { body: patch })).status).toBe(200);
  const stored = await store.stepLists.find('deploy_template', uuid);
  expect(stored?.steps.map(({ args }) => args)).toEqual([{ password: 'p2' }, { password: 'p1' }]);
});

test('a long list that holds no secret is not sought through, and one that does comes back in another order', () => {
  const numbers = Array.from({ length: 200_000 }, () => 1);
  const twos = numbers.map(() => 2);
  const users = Array.from({ length: 2_000 }, (_, at) => ({ name: `u${at}`, token: `t${at}` }));
  const stored = { numbers, users };
  const shown = { numbers, users: users.map(({ name }) => ({ name, token: '******' })) };
  const given = { numbers: twos, users: shown.users.map(({ name, token }) => ({ token, name })).reverse() };
  const kept = withKeptSecrets(given, { stored, shown }, ['users', 'numbers']);
  expect(kept).toEqual({ numbers: twos, users: users.toReversed() });
});
