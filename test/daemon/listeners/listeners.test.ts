import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadBootCertificates } from '../../../src/daemon/listeners/boot-certificates.ts';
import { FLOOD_COUNTS } from '../../../src/daemon/listeners/flood-guard.ts';
import {
  type ListenAt,
  type Listener,
  type StrangerLimits,
  startListener,
} from '../../../src/daemon/listeners/listeners.ts';
import { createLog } from '../../../src/log.ts';
import { createCounters } from '../../../src/net/counters.ts';
import { ipv4 } from '../../boot/fixtures.ts';
import { listenOnLoopback } from '../../rig/loopback.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'ingot-listener-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function started(at: ListenAt, retryMs = 1): Promise<{ listener: Listener; problems: string[] }> {
  const problems: string[] = [];
  const listener = await startListener({
    name: 'API',
    at,
    handler: (_request, response) => response.end('served'),
    log: createLog('silent'),
    onProblem: (sentence) => problems.push(sentence),
    retryMs,
  });
  onTestFinished(() => listener.stop());
  return { listener, problems };
}

/** Whether somebody takes connections there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

test('a socket is for its owner alone', async () => {
  const path = join(await folder(), 'ingot.sock');
  const { listener } = await started({ path });
  expect(listener.problem()).toBeNull();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a folder in the place of the socket is a problem told once, and the socket is made when it has gone', async () => {
  const path = join(await folder(), 'ingot.sock');
  await mkdir(path);
  const { listener, problems } = await started({ path });
  await expect.poll(() => listener.problem()).toMatch(/^API cannot listen on .*ingot\.sock: /);
  await rm(path, { recursive: true });
  await expect.poll(() => listener.problem()).toBeNull();
  expect(await answers(path)).toBe(true);
  expect(problems).toHaveLength(1);
});

test('a port that another server holds is taken when it has gone', async () => {
  const other = createServer();
  const port = await listenOnLoopback(other);
  const { listener } = await started({ address: '127.0.0.1', port });
  expect(listener.problem()).toContain('EADDRINUSE');
  await new Promise((resolve) => other.close(resolve));
  await expect.poll(() => listener.problem()).toBeNull();
});

test.each([0, 1, 2, 3, 4, 5])(
  'one that is stopped while it tries again does not listen afterwards (%i ticks later)',
  async (ticks) => {
    const parent = join(await folder(), 'late');
    const path = join(parent, 'ingot.sock');
    const { listener } = await started({ path });
    await mkdir(parent);
    for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
    await listener.stop();
    expect(await answers(path)).toBe(false);
  },
);

/** Nine of everything but what is told. */
function bounded(own: Partial<StrangerLimits>) {
  const counters = createCounters(FLOOD_COUNTS);
  const connections = { maxConnections: 9, connectionsPerAddress: 9, requestTimeoutMs: 9_000 };
  const bodies = { bodyBytes: 9, bodyBytesPerAddress: 9, largestBody: 9 };
  return { counters, strangers: { limits: { ...connections, ...bodies, ...own }, counters } };
}

test('connections beyond those that strangers may have in all are cut and counted', async () => {
  const path = join(await folder(), 'ingot.sock');
  const { counters, strangers } = bounded({ maxConnections: 1 });
  const listener = await startListener({
    name: 'boot',
    at: { path },
    handler: () => undefined,
    log: createLog('silent'),
    onProblem: () => undefined,
    strangers,
  });
  onTestFinished(() => listener.stop());
  const [first, second] = [connect(path), connect(path)];
  onTestFinished(() => void first.destroy());
  await once(second, 'close');
  expect(counters.snapshot()).toMatchObject({ connections_full: 1 });
});

test('connections by HTTPS count for their address before they shake hands', async () => {
  const path = join(await folder(), 'ingot.sock');
  const own = { certificate: null, key: null };
  const wish = { addresses: [ipv4('127.0.0.1')], now: Date.now() };
  const tls = await loadBootCertificates(await folder(), own, wish);
  const { counters, strangers } = bounded({ connectionsPerAddress: 1 });
  const listener = await startListener({
    name: 'boot HTTPS',
    at: { path },
    handler: () => undefined,
    log: createLog('silent'),
    tls,
    onProblem: () => undefined,
    strangers,
  });
  onTestFinished(() => listener.stop());
  const [first, second] = [connect(path), connect(path)];
  onTestFinished(() => void first.destroy());
  await once(second, 'close');
  expect(counters.snapshot()).toMatchObject({ connections_of_address_full: 1 });
});
