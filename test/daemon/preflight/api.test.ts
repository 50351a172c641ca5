import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { checkApi } from '../../../src/daemon/preflight/api.ts';
import { authorityArgv } from '../../../src/pki/openssl.ts';

const NOW = Date.now();
const DAY_MS = 24 * 3600 * 1000;
const HASH = '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

const dir = mkdtempSync(join(tmpdir(), 'ingot-preflight-'));
const files = { key: join(dir, 'a.key'), certificate: join(dir, 'a.pem') };
const [program = '', ...argv] = authorityArgv({ kind: 'ec', name: 'a', days: 60, files });
execFileSync(program, argv, { stdio: 'ignore' });
const users = join(dir, 'htpasswd');

async function told(api: object, now = NOW): Promise<readonly string[]> {
  const findings = await checkApi(configSchema.parse({ api }), now);
  return findings.map(({ verdict, sentence }) => `${verdict}: ${sentence}`);
}

test.each([
  ['0.0.0.0:6385', {}, 'warning: The API on 0.0.0.0:6385 asks nobody who they are'],
  [
    '10.0.0.1:6385',
    { auth: 'token' },
    'warning: Passwords and tokens travel to the API on 10.0.0.1:6385 in the clear',
  ],
  [
    '10.0.0.1:6385',
    { auth: 'token', tls: files },
    'good: The API on 10.0.0.1:6385 speaks TLS and asks for a login (token)',
  ],
  ['127.0.0.1:6385', {}, 'good: The API on 127.0.0.1:6385 is for this machine only'],
])('an API on %s with %j: %s', async (listen, more, says) => {
  expect((await told({ listen, ...more }))[0]).toContain(says);
});

test.each([
  ['users that are right', `ops:${HASH}\n`, ['good: 1 users can log in']],
  ['a line that is wrong', `ops:${HASH}\nx:y\n`, ['good: 1 users', ':2: has no bcrypt hash']],
  ['no users', '', ['has no user that can log in']],
])('a file with %s', async (_, text, says) => {
  writeFileSync(users, text);
  onTestFinished(() => rmSync(users));
  const findings = await told({ auth: 'basic', htpasswd: users });
  for (const [index, part] of says.entries()) expect(findings[index + 1]).toContain(part);
});

test('a file of users that is missing', async () => {
  const [, finding] = await told({ auth: 'basic', htpasswd: '/nowhere' });
  expect(finding).toMatch(/^bad: The users of the API cannot be read from \/nowhere: ENOENT/);
});

test.each([
  [0, 'good: The certificate'],
  [50, 'warning: The certificate'],
  [61, 'bad: The certificate'],
])('a certificate of 60 days after %i of them', async (days, says) => {
  expect((await told({ tls: files }, NOW + days * DAY_MS))[1]).toContain(says);
});

test('a key that is another’s, and a group that is not there', async () => {
  writeFileSync(join(dir, 'b.key'), 'no key');
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const tls = { ...files, key: join(dir, 'b.key') };
  const findings = await told({ tls, socket: '/run/x.sock', socket_group: 'no-such-group' });
  expect(findings[1]).toMatch(/^bad: api\.tls: .* cannot be used together/);
  expect(findings[2]).toMatch(/^bad: api\.socket_group: there is no group/);
});
