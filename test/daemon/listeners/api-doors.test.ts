/** How the API is reached: TLS by the operator's certificate, and the Unix socket as an administrator's door. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { createApiDoors } from '../../../src/daemon/listeners/api-doors.ts';
import { keepApiCertificate, loadApiCertificate } from '../../../src/daemon/listeners/api-tls.ts';
import { startListener } from '../../../src/daemon/listeners/listeners.ts';
import { createLog } from '../../../src/log.ts';
import { authorityArgv, type Pem, serverArgv } from '../../../src/pki/openssl.ts';
import { freePorts } from '../../rig/ports.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ingot-doors-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const run = ([program = '', ...argv]: readonly string[]): void =>
  void execFileSync(program, argv, { stdio: 'ignore' });

/** An authority, and a certificate of it for 127.0.0.1. */
function pairIn(dir: string, name: string): Pem & { readonly ca: string } {
  const authority = { key: join(dir, `${name}-ca.key`), certificate: join(dir, `${name}-ca.pem`) };
  const files = { key: join(dir, `${name}.key`), certificate: join(dir, `${name}.pem`) };
  run(authorityArgv({ kind: 'ec', name: `${name} CA`, days: 2, files: authority }));
  run(serverArgv({ kind: 'ec', name, days: 2, addresses: ['127.0.0.1'], authority, files }));
  return { ...files, ca: readFileSync(authority.certificate, 'utf8') };
}

/** The subject of the certificate that is shown there, or why there is no connection. */
function shownAt(
  port: number,
  options: { readonly ca: string; readonly maxVersion?: 'TLSv1.1' },
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ ...options, port, host: '127.0.0.1', minVersion: 'TLSv1' }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('the API speaks TLS 1.2 and newer, takes a changed pair up by itself, and keeps its pair when the new one does not fit', async () => {
  const dir = folder();
  const [one, two] = [pairIn(dir, 'one'), pairIn(dir, 'two')];
  const files = { key: join(dir, 'api.key'), certificate: join(dir, 'api.pem') };
  const install = (key: string, certificate: string): void => {
    copyFileSync(key, files.key);
    copyFileSync(certificate, files.certificate);
  };
  install(one.key, one.certificate);
  const { port } = await freePorts('port');
  const problems: string[] = [];
  const onProblem = (sentence: string): void => void problems.push(sentence);
  const listener = await startListener({
    name: 'API',
    at: { address: '127.0.0.1', port },
    log: createLog('silent'),
    onProblem,
    handler: (_request, response) => response.end('served'),
    loadTls: () => loadApiCertificate(files),
  });
  onTestFinished(() => listener.stop());
  const renewal = keepApiCertificate({ files, listener, onProblem, onSolved: () => undefined, lookMs: 20 });
  onTestFinished(() => renewal.stop());
  const ca = one.ca + two.ca;
  expect(await shownAt(port, { ca })).toBe('one');
  expect(await shownAt(port, { ca, maxVersion: 'TLSv1.1' })).toMatch(/PROTOCOL|ECONNRESET|version/i);

  copyFileSync(two.certificate, files.certificate);
  await expect.poll(() => problems.join()).toContain('the key is not that of the certificate');
  expect(problems[0]).toMatch(/^The API keeps its earlier certificate\. api\.tls: /);
  expect(renewal.problem()).toBe(problems[0]);
  expect(await shownAt(port, { ca })).toBe('one');
  install(two.key, two.certificate);
  await expect.poll(() => shownAt(port, { ca })).toBe('two');
  expect(renewal.problem()).toBeNull();

  install(one.key, one.certificate);
  await renewal.renew();
  expect(await shownAt(port, { ca })).toBe('one');
});

test.each([
  [
    'a file that is missing',
    (dir: string) => rmSync(join(dir, 'one.key')),
    'does not exist, or may not be read',
  ],
  [
    'a key that is no PEM',
    (dir: string) => writeFileSync(join(dir, 'one.key'), 'x'),
    'cannot be used together: ',
  ],
  [
    'another’s key',
    (dir: string) => copyFileSync(join(dir, 'one-ca.key'), join(dir, 'one.key')),
    'the key is not that of the certificate',
  ],
])(
  'with %s the API does not listen, least of all without TLS, until that is mended',
  async (_, spoil, says) => {
    const dir = folder();
    const { key, certificate, ca } = pairIn(dir, 'one');
    copyFileSync(key, join(dir, 'kept.key'));
    spoil(dir);
    const { port } = await freePorts('port');
    const problems: string[] = [];
    const listener = await startListener({
      name: 'API',
      at: { address: '127.0.0.1', port },
      log: createLog('silent'),
      retryMs: 5,
      handler: (_request, response) => response.end('served'),
      onProblem: (sentence) => problems.push(sentence),
      loadTls: () => loadApiCertificate({ key, certificate }),
    });
    onTestFinished(() => listener.stop());
    expect(listener.problem()).toContain(says);
    expect(await shownAt(port, { ca })).toBe('ECONNREFUSED');
    copyFileSync(join(dir, 'kept.key'), key);
    await expect.poll(() => listener.problem()).toBeNull();
    expect(await shownAt(port, { ca })).toBe('one');
    expect(problems).toHaveLength(1);
  },
);

/** Whether the door marks a request that comes this way as an administrator's. */
function isLocalAt(at: { socketPath: string } | { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ ...at, path: '/' }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    });
    sent.on('error', reject).end();
  });
}

test('what comes by the socket is local, what comes by TCP is not; a group may have the socket too', async () => {
  const dir = folder();
  const { port } = await freePorts('port');
  const socket = join(dir, 'ingot.sock');
  // Its number is 0, which everybody who runs tests as root may give; others would be refused by the kernel.
  const group = process.getuid?.() === 0 ? 'root' : null;
  const config = configSchema.parse({
    state_dir: dir,
    api: { listen: `127.0.0.1:${port}`, socket, socket_group: group, auth: 'token' },
  });
  const log = createLog('silent');
  const doors = createApiDoors({ config, log, onProblem: () => undefined, onSolved: () => undefined });
  const opened = await doors.open((request, response) => response.end(String(doors.isLocal(request))));
  onTestFinished(async () => {
    await doors.stop();
    await Promise.all(opened.map(({ listener }) => listener.stop()));
  });
  expect(await isLocalAt({ socketPath: socket })).toBe('true');
  expect(await isLocalAt({ host: '127.0.0.1', port })).toBe('false');
  expect(statSync(socket).mode & 0o777).toBe(group === null ? 0o600 : 0o660);
});

test('a group that is not there leaves the socket shut, with a sentence', async () => {
  const socket = join(folder(), 'ingot.sock');
  const problems: string[] = [];
  const listener = await startListener({
    name: 'API socket',
    at: { path: socket, group: 'no-such-group' },
    log: createLog('silent'),
    handler: (_request, response) => response.end(),
    onProblem: (sentence) => problems.push(sentence),
  });
  onTestFinished(() => listener.stop());
  expect(listener.problem()).toContain('there is no group "no-such-group"');
  expect(listener.problem()).toContain('groupadd --system no-such-group');
  expect(problems).toHaveLength(1);
});
