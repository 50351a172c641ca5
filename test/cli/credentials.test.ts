/** How the `ingot` command logs in at a remote API: by environment or file, never by its arguments. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { ApiDeps } from '../../src/api/deps.ts';
import { clientFilePath } from '../../src/cli/credentials.ts';
import { configSchema } from '../../src/config/schema.ts';
import { type DaemonFixture, daemonFixture, type Ran, runIn, temporaryFolder } from './fixtures.ts';

const isLocal: NonNullable<ApiDeps['isLocal']> = ({ socket }) => socket.remoteAddress === undefined;
const checkPassword: NonNullable<ApiDeps['checkPassword']> = async ({ user, password }) =>
  user === 'ops' && password.toString() === 'pw' ? 'right' : 'wrong';

type Env = Readonly<Record<string, string>>;
type WithLogin = DaemonFixture & { list(env: Env): Promise<Ran>; readonly home: string };

async function withLogin(): Promise<WithLogin> {
  const api = { auth: ['basic', 'token'], htpasswd: '/etc/ingot/htpasswd' };
  const config = configSchema.parse({ api });
  const fixture = await daemonFixture({ config, checkPassword, isLocal });
  const home = temporaryFolder();
  const list = (env: Env): Promise<Ran> =>
    runIn('node', ['list'], { url: fixture.url, env: { HOME: home, ...env } });
  return { ...fixture, home, list };
}

/** `~/.config/ingot/client.yaml`. */
function writeClientFile(home: string, text: string, mode = 0o600): string {
  const path = clientFilePath({ HOME: home });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function newToken({ socketUrl }: WithLogin, ...more: readonly string[]): Promise<string> {
  const made = await runIn('token', ['create', 'ci', ...more], { url: socketUrl });
  expect(made).toMatchObject({ code: 0, err: '' });
  return made.out.trim();
}

test('without a login the sentence says what to set; with one in the environment all is as on the socket', async () => {
  const fixture = await withLogin();
  const refused = await fixture.list({});
  expect(refused.code).toBe(1);
  expect(refused.err).toContain(
    'Authorization required\nSet INGOT_TOKEN, or INGOT_USERNAME and INGOT_PASSWORD',
  );
  expect(refused.err).toContain('or where api.socket and state_dir of the configuration say.');
  expect((await fixture.list({ INGOT_TOKEN: await newToken(fixture) })).code).toBe(0);
  expect((await fixture.list({ INGOT_USERNAME: 'ops', INGOT_PASSWORD: 'pw' })).code).toBe(0);
  const wrong = await fixture.list({ INGOT_USERNAME: 'ops', INGOT_PASSWORD: 'PW' });
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('Incorrect username or password')]);
});

test('a file of the user’s own names API and login, and its secret goes to no other API', async () => {
  const fixture = await withLogin();
  const token = await newToken(fixture);
  writeClientFile(fixture.home, `url: ${fixture.url}\ntoken: ${token}\n`);
  expect((await fixture.list({})).code).toBe(0);
  const nowhere = await runIn('node', ['list'], { url: '', env: { HOME: fixture.home } });
  expect(nowhere.code).toBe(0);
  const other = await withLogin();
  const elsewhere = await runIn('node', ['list'], { url: other.url, env: { HOME: fixture.home } });
  expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('Authorization required')]);
});

test.each([
  [
    'others can read it',
    'url: http://h\ntoken: x\n',
    0o644,
    'holds a secret and others can read it\nchmod 600',
  ],
  ['a key is unknown', 'url: http://h\ntokens: x\n', 0o600, 'client.yaml: '],
  ['a password has no user', 'url: http://h\npassword: x\n', 0o600, 'username and password belong together'],
  ['it is no YAML', 'url: [', 0o600, 'client.yaml is no YAML in line 1'],
  ['one line is no YAML', 'url: http://h\ntoken: "hunter2\n', 0o600, 'client.yaml is no YAML in line '],
])('a client file is refused when %s', async (_, text, mode, says) => {
  const home = temporaryFolder();
  writeClientFile(home, text, mode);
  const { code, err } = await runIn('node', ['list'], { url: 'http://127.0.0.1:9', env: { HOME: home } });
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(err).not.toContain('hunter2');
});

test('a password in the address is refused before it is sent, and not repeated', async () => {
  const { code, err } = await runIn('node', ['list', '--url', 'http://ops:hunter2@127.0.0.1:9'], { url: '' });
  expect(code).toBe(2);
  expect(err).toContain('Arguments can be read by every user');
  expect(err).not.toContain('hunter2');
});

test('tokens are made, listed and revoked; a project’s sees its own nodes only', async () => {
  const fixture = await withLogin();
  const token = await newToken(fixture, '--role', 'member', '--project', 'blue', '--days', '30');
  for (const [name, owner] of [
    ['n1', 'blue'],
    ['n2', 'red'],
  ] as const)
    await fixture.ask('POST', '/v1/nodes', {
      body: { driver: 'redfish', name, owner },
      headers: { authorization: `Basic ${btoa('ops:pw')}` },
    });
  const { out } = await fixture.list({ INGOT_TOKEN: token });
  expect(out).toContain('n1');
  expect(out).not.toContain('n2');
  const denied = await runIn('token', ['list'], { url: fixture.url, env: { INGOT_TOKEN: token } });
  expect([denied.code, denied.err]).toEqual([1, expect.stringContaining('Access was denied')]);
  const listed = await runIn('token', ['list'], { url: fixture.socketUrl });
  expect(listed.out).toMatch(/ci\s+member\s+blue/);
  expect(listed.out).not.toContain(token.slice(-43));
  expect((await runIn('token', ['revoke', 'ci'], { url: fixture.socketUrl })).out).toBe(
    'Token ci is revoked.\n',
  );
  expect((await fixture.list({ INGOT_TOKEN: token })).code).toBe(1);
});

test('the file stands where the user’s configuration is', () => {
  expect(clientFilePath({ HOME: '/h' })).toBe('/h/.config/ingot/client.yaml');
  expect(clientFilePath({ HOME: '/h', XDG_CONFIG_HOME: '/x' })).toBe(join('/x', 'ingot', 'client.yaml'));
  expect(clientFilePath({ INGOT_CLIENT_FILE: '/f' })).toBe('/f');
});
