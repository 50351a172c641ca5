/** Logging in: which requests need it, and what those without are answered. */
import { expect, test } from 'vitest';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { credentialsIn } from '../../../src/api/login/credentials.ts';
import type { Clock } from '../../../src/clock.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { stoppedClock } from '../../store/temporary-store.ts';
import { aNode, apiFixture, type Fixture, NODE } from '../fixtures.ts';

const basic = (user: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

const checkPassword: NonNullable<ApiDeps['checkPassword']> = async ({ user, password }) =>
  user === 'slow' ? 'busy' : user === 'ops' && password.toString() === 'se:cret' ? 'right' : 'wrong';

type Methods = 'none' | 'basic' | 'token' | readonly ('basic' | 'token')[];
function withAuth(auth: Methods, overrides: Partial<ApiDeps> = {}): Promise<Fixture> {
  const config = configSchema.parse({ api: { auth, htpasswd: '/etc/ingot/htpasswd' } });
  const isLocal: NonNullable<ApiDeps['isLocal']> = ({ headers }) => headers['x-test'] === 'socket';
  return apiFixture({ config, checkPassword, isLocal, ...overrides });
}
const LOCAL = { 'x-test': 'socket' };

test.each([
  ['no credentials', {}, 401, 'Authorization required'],
  ['a wrong password', basic('ops', 'secret'), 401, 'Incorrect username or password'],
  ['an unknown user', basic('root', 'se:cret'), 401, 'Incorrect username or password'],
  ['another scheme', { authorization: 'Digest abc' }, 400, 'Unsupported authorization type "Digest"'],
  ['a scheme alone', { authorization: 'Basic' }, 400, 'Could not parse Authorization header'],
  ['what is no base64', { authorization: 'Basic ~~~' }, 400, 'Could not decode authorization token'],
  ['what is far too long', basic('ops', 'x'.repeat(4096)), 400, 'Could not parse Authorization header'],
  ['a name alone', { authorization: `Basic ${btoa('ops')}` }, 400, 'Could not decode authorization token'],
  [
    'too many passwords in the queue',
    basic('slow', 'x'),
    503,
    'Too many passwords are being checked just now; try again in a few seconds',
  ],
])('http_basic: %s is answered as Ironic does', async (_, headers, status, message) => {
  const { ask } = await withAuth('basic');
  const answer = await ask('GET', '/v1/nodes', { headers });
  expect([answer.status, answer.body]).toEqual([status, { error: { message, code: status } }]);
  expect(answer.headers['www-authenticate']).toEqual(
    status === 401 ? ['Basic realm="Baremetal API"'] : undefined,
  );
});

test('http_basic: the right password, colons and all, is an administrator’s', async () => {
  const { ask } = await withAuth('basic');
  const body = { driver: 'redfish' };
  expect((await ask('POST', '/v1/nodes', { headers: basic('ops', 'se:cret'), body })).status).toBe(201);
});

test('what Ironic’s own agents need is open, and so is the version; all else asks who is there', async () => {
  const { ask, store } = await withAuth(['basic', 'token']);
  await store.nodes.insert(aNode());
  for (const path of ['/', '/v1', '/v1/', '/healthz', '/v1/lookup?addresses=52:54:00:12:34:56'])
    expect([path, (await ask('GET', path)).status]).toEqual([path, 200]);
  const beat = { callback_url: 'https://10.20.0.9:9999', agent_token: 't' };
  expect((await ask('POST', `/v1/heartbeat/${NODE}`, { body: beat })).status).toBe(202);
  const found = { inventory: { interfaces: [], cpu: { count: 1, architecture: 'x86_64' } } };
  expect((await ask('POST', '/v1/continue_inspection', { body: found })).status).toBe(202);
  for (const path of ['/v1/nodes', '/nodes', '/v1/nope', '/ingot/v1/status', '/ingot/v1/events', '/metrics'])
    expect([path, (await ask('GET', path)).status]).toEqual([path, 401]);
  expect((await ask('GET', '/v1/nodes')).headers['www-authenticate']).toEqual([
    'Basic realm="Baremetal API"',
    'Bearer realm="Baremetal API"',
  ]);
});

test('a body is not read before its sender is known', async () => {
  const { ask } = await withAuth('basic');
  expect((await ask('POST', '/v1/nodes', { body: '{ no JSON' })).status).toBe(401);
});

test('the Unix socket is an administrator, whatever the login', async () => {
  const { ask } = await withAuth('token');
  expect((await ask('GET', '/v1/nodes', { headers: LOCAL })).status).toBe(200);
});

async function makeToken({ ask }: Fixture, body: object): Promise<string> {
  const made = await ask('POST', '/ingot/v1/tokens', { body, headers: LOCAL });
  expect(made.status).toBe(201);
  return made.body.token;
}

test('a token is shown once, kept as a digest, listed without secret, and ends when it is revoked', async () => {
  const fixture = await withAuth('token');
  const { ask, store } = fixture;
  const token = await makeToken(fixture, { name: 'ci', role: 'reader' });
  expect(token).toMatch(/^ingot_[0-9a-f]{16}_[\w-]{43}$/);
  const headers = { authorization: `Bearer ${token}` };
  expect((await ask('GET', '/v1/nodes', { headers })).status).toBe(200);
  // Keystone's header, by which `--os-auth-type admin_token` and gophercloud send theirs.
  expect((await ask('GET', '/v1/nodes', { headers: { 'x-auth-token': token } })).status).toBe(200);
  const secret = token.split('_').slice(2).join('_');
  const listed = await ask('GET', '/ingot/v1/tokens', { headers: LOCAL });
  expect(listed.body.tokens).toMatchObject([{ name: 'ci', role: 'reader', project: null, expired: false }]);
  const kept = JSON.stringify([listed.body, await store.tokens.list(), await store.events.list({})]);
  expect(kept).not.toContain(secret);
  expect(JSON.stringify(listed.body)).not.toContain('digest');
  expect((await ask('POST', '/ingot/v1/tokens', { headers: LOCAL, body: { name: 'ci' } })).status).toBe(409);
  expect((await ask('DELETE', '/ingot/v1/tokens/ci', { headers: LOCAL })).status).toBe(204);
  expect((await ask('GET', '/v1/nodes', { headers })).status).toBe(401);
  expect((await ask('DELETE', '/ingot/v1/tokens/ci', { headers: LOCAL })).status).toBe(404);
});

test.each([
  ['another secret', (token: string) => `${token.slice(0, -4)}AAAA`],
  ['an id that is unknown', (token: string) => token.replace(/_[0-9a-f]{16}_/, `_${'0'.repeat(16)}_`)],
  ['half of it', (token: string) => token.slice(0, 30)],
])('a token with %s is refused', async (_, spoil) => {
  const fixture = await withAuth('token');
  const token = await makeToken(fixture, { name: 'ci' });
  const answer = await fixture.ask('GET', '/v1/nodes', {
    headers: { authorization: `Bearer ${spoil(token)}` },
  });
  expect([answer.status, answer.body.error.message]).toEqual([401, 'The token is unknown, revoked or over']);
});

test('a token for some days ends by itself', async () => {
  let now = Date.UTC(2026, 10, 22, 12);
  const clock: Clock = { ...stoppedClock(), now: () => now };
  const fixture = await withAuth('token', { clock });
  const headers = { authorization: `Bearer ${await makeToken(fixture, { name: 'ci', days: 1 })}` };
  expect((await fixture.ask('GET', '/v1/nodes', { headers })).status).toBe(200);
  now += 24 * 3600 * 1000;
  expect((await fixture.ask('GET', '/v1/nodes', { headers })).status).toBe(401);
  expect((await fixture.ask('GET', '/ingot/v1/tokens', { headers: LOCAL })).body.tokens[0].expired).toBe(
    true,
  );
});

test.each([
  [{}, "'name' is a required property"],
  [{ name: 'a b' }, 'name: has 1 to 100 letters'],
  [{ name: 'a', role: 'root' }, 'role: '],
  [{ name: 'a', days: 0 }, 'days: '],
  [{ name: 'a', admin: true }, "'admin' was unexpected"],
])('a token asked for by %j is refused with a sentence', async (body, says) => {
  const { ask } = await withAuth('token');
  const answer = await ask('POST', '/ingot/v1/tokens', { body, headers: LOCAL });
  expect(answer.status).toBe(400);
  expect(answer.body.error_message).toContain(says);
});

test('a login that the configuration does not have is refused, not overlooked', async () => {
  const { ask } = await withAuth('token');
  expect((await ask('GET', '/v1/nodes', { headers: basic('ops', 'se:cret') })).status).toBe(401);
  const open = await withAuth('none');
  expect((await open.ask('GET', '/v1/nodes', { headers: basic('any', 'body') })).status).toBe(200);
});

test.each([
  ['blanks of Latin-1 behind the scheme', `a${'\xa0'.repeat(16_000)}`],
  ['blanks between words', `Basic ${' x'.repeat(2_000)}`],
  ['blanks of Latin-1 in what is just short enough', `a${'\xa0'.repeat(4_000)}\u2028`],
])('a header that is made to be read slowly is read at once: %s', (_what, authorization) => {
  const began = process.cpuUsage();
  for (let round = 0; round < 100; round++) credentialsIn({ authorization });
  // Of the processor's time, in microseconds: a busy machine makes it no longer.
  expect(process.cpuUsage(began).user).toBeLessThan(500_000);
});

test('a token may be as long as Keystone makes them', () => {
  const token = 'x'.repeat(2_000);
  expect(credentialsIn({ authorization: `bearer \t ${token} ` })).toEqual({ kind: 'token', token });
});
