/**
 * Foreign clients log in at the API over TLS: Ironic's own command line client, OpenStack's SDK and curl, with users
 * that Apache's htpasswd has written. All of them as Debian has them.
 */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { createApiDoors } from '../../../src/daemon/listeners/api-doors.ts';
import { createLog } from '../../../src/log.ts';
import { authorityArgv, serverArgv } from '../../../src/pki/openssl.ts';
import { temporaryFolder } from '../../cli/fixtures.ts';
import { freePorts } from '../../rig/ports.ts';
import { MANY_CALLS } from '../baremetal/baremetal-client.ts';
import { apiFixture, type Fixture } from '../fixtures.ts';

const run = promisify(execFile);
const PASSWORD = 'pä:ss wörd';

type Site = Fixture & {
  readonly url: string;
  /** File of the authority. */
  readonly ca: string;
  readonly env: Readonly<Record<string, string>>;
  readonly token: (body: object) => Promise<string>;
};

async function site(): Promise<Site> {
  const dir = temporaryFolder();
  const at = (name: string): string => join(dir, name);
  const authority = { key: at('ca.key'), certificate: at('ca.pem') };
  const files = { key: at('api.key'), certificate: at('api.pem') };
  for (const [program = '', ...argv] of [
    authorityArgv({ kind: 'ec', name: 'site CA', days: 2, files: authority }),
    serverArgv({ kind: 'ec', name: 'api', days: 2, addresses: ['127.0.0.1'], authority, files }),
  ])
    expect(spawnSync(program, argv).status).toBe(0);
  const made = spawnSync('htpasswd', ['-ciB', '-C', '6', at('htpasswd'), 'alice'], { input: PASSWORD });
  expect([made.status, readFileSync(at('htpasswd'), 'utf8')]).toEqual([
    0,
    expect.stringMatching(/^alice:\$2y\$06\$/),
  ]);

  const { port } = await freePorts('port');
  const api = { listen: `127.0.0.1:${port}`, auth: ['basic', 'token'], tls: files };
  const config = configSchema.parse({ state_dir: dir, api: { ...api, htpasswd: at('htpasswd') } });
  const problems: string[] = [];
  const told = { onProblem: (sentence: string) => void problems.push(sentence), onSolved: () => undefined };
  const doors = createApiDoors({ config, log: createLog('silent'), ...told });
  const fixture = await apiFixture({ config, checkPassword: doors.checkPassword, isLocal: doors.isLocal });
  await fixture.app.ready();
  const opened = await doors.open((request, response) => fixture.app.routing(request, response));
  onTestFinished(async () => {
    await doors.stop();
    await Promise.all(opened.map(({ listener }) => listener.stop()));
  });
  expect(problems).toEqual([]);
  const token = async (body: object): Promise<string> => {
    const authorization = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`;
    return (await fixture.ask('POST', '/ingot/v1/tokens', { body, headers: { authorization } })).body.token;
  };
  const env = { PATH: process.env.PATH ?? '', HOME: dir };
  return { ...fixture, url: `https://${api.listen}`, ca: authority.certificate, env, token };
}

test('baremetal logs in by http_basic and by a token, and not by a wrong password', MANY_CALLS, async () => {
  const { url, ca, env, token, store } = await site();
  const baremetal = async (login: readonly string[], ...words: readonly string[]): Promise<string> =>
    (
      await run('/usr/bin/baremetal', ['--os-endpoint', url, '--os-cacert', ca, ...login, ...words], {
        env,
      })
    ).stdout;
  const basic = (password: string): readonly string[] => [
    '--os-auth-type',
    'http_basic',
    '--os-username',
    'alice',
    '--os-password',
    password,
  ];
  const create = ['node', 'create', '--driver', 'redfish', '-f', 'value', '-c', 'name'];
  expect(await baremetal(basic(PASSWORD), ...create, '--name', 'n1')).toContain('n1');
  await expect(baremetal(basic('guess'), 'node', 'list')).rejects.toThrow('Unauthorized (HTTP 401)');
  const [node] = await store.nodes.list({});
  await store.nodes.update(node?.uuid ?? '', { owner: 'blue' });

  await store.nodes.insert({ uuid: '5d5f9a4c-4d33-4d39-9e0d-2f7a4e0d0b11', name: 'n2', driver: 'redfish' });
  const shown = await token({ name: 'tenant', role: 'member', project: 'blue' });
  const byToken = ['--os-auth-type', 'admin_token', '--os-token', shown];
  expect(await baremetal(byToken, 'node', 'list', '-f', 'value', '-c', 'Name')).toBe('n1\n');
  await expect(baremetal(byToken, 'node', 'show', 'n2')).rejects.toThrow('Node n2 could not be found.');
  await expect(baremetal(byToken, 'node', 'delete', 'n1')).rejects.toThrow(/baremetal:node:delete/);
});

/** What a program on the SDK does: connect, make a node, read it back, change it, delete it. */
const SDK = `
import json, sys, openstack
url, ca, kind, password = sys.argv[1:5]
auth = dict(username='alice', password=password) if kind == 'http_basic' else dict(endpoint=url, token=password)
connection = openstack.connection.Connection(
    auth_type=kind, auth=auth, verify=ca, baremetal_endpoint_override=url, baremetal_api_version='1', region_name='')
api = connection.baremetal
node = api.create_node(provision_state='enroll', driver='redfish', name='sdk', driver_info={'redfish_password': 'hunter2'})
node = api.update_node(node, extra={'rack': 7})
print(json.dumps([node.provision_state, node.driver_info, node.extra, [n.name for n in api.nodes()]]))
api.delete_node(node)
print(json.dumps([n.name for n in api.nodes()]))
`;

test('programs on OpenStack’s SDK log in by http_basic, and by a token', MANY_CALLS, async () => {
  const { url, ca, env, token } = await site();
  const sdk = (kind: string, secret: string): Promise<{ stdout: string }> =>
    run('/usr/bin/python3', ['-c', SDK, url, ca, kind, secret], { env });
  for (const [kind, secret] of [
    ['http_basic', PASSWORD],
    ['admin_token', await token({ name: 'a', role: 'admin' })],
  ] as const) {
    const [made, left] = (await sdk(kind, secret)).stdout.trim().split('\n');
    expect(JSON.parse(made ?? '')).toEqual(['enroll', { redfish_password: '******' }, { rack: 7 }, ['sdk']]);
    expect(JSON.parse(left ?? '')).toEqual([]);
  }
  await expect(sdk('http_basic', 'guess')).rejects.toThrow(/Incorrect username or password/);
});

test('curl trusts the API by its authority alone, and is told how to log in', MANY_CALLS, async () => {
  const { url, ca, env } = await site();
  const curl = async (...words: readonly string[]): Promise<{ code: number; stdout: string }> => {
    const asked = run('curl', ['-sS', ...words, `${url}/v1/nodes`], { env, timeout: 60_000 });
    return await asked.then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
    );
  };
  expect((await curl()).code).toBe(60);
  expect((await curl('--cacert', ca, '--tls-max', '1.1')).code).toBe(35);
  const refused = await curl('--cacert', ca, '-i');
  expect(refused.stdout).toMatch(/^HTTP\/1\.1 401 /);
  expect(refused.stdout).toMatch(
    /www-authenticate: Basic realm="Baremetal API"\r\nwww-authenticate: Bearer realm=/i,
  );
  const answered = await curl('--cacert', ca, '-u', `alice:${PASSWORD}`);
  expect(JSON.parse(answered.stdout)).toEqual({ nodes: [] });
});
