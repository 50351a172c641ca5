/** Following events: the SSE reader, the client's iterator, and `ingot node watch`. */
import { createServer } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/cli/client.ts';
import { createSseReader } from '../../src/cli/sse.ts';
import { aNode, NODE } from '../api/fixtures.ts';
import { listenOnLoopback } from '../rig/loopback.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { daemonFixture, runNode } from './fixtures.ts';

const STREAM = ': a comment\nid: 6\n\nid: 7\ndata: {"a":1}\n\nevent: end\ndata: one\ndata: two\n\n';

test('the reader gives the same messages however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
      const places = [0, ...cuts, STREAM.length].toSorted((a, b) => a - b);
      const reader = createSseReader();
      const messages = places.slice(1).flatMap((end, index) => reader.push(STREAM.slice(places[index], end)));
      expect(messages).toEqual([
        { id: '7', event: 'message', data: '{"a":1}' },
        { id: '7', event: 'end', data: 'one\ntwo' },
      ]);
    }),
  );
});

test('an id without data moves the position, so that a quiet stream resumes too', () => {
  const reader = createSseReader();
  expect(reader.push('id: 41\n\n')).toEqual([]);
  expect(reader.lastId()).toBe('41');
});

test('a message without an end is refused before it eats the memory', () => {
  const reader = createSseReader();
  expect(() => {
    for (let index = 0; index < 100; index++) reader.push('x'.repeat(100_000));
  }).toThrow(RangeError);
});

test('the iterator survives a daemon that goes away and comes back, without loss or repetition', async () => {
  const { app, store } = await daemonFixture();
  let server = createServer(app.routing.bind(app));
  const port = await listenOnLoopback(server);
  const client = createClient(`http://127.0.0.1:${port}`);
  const stopper = new AbortController();
  onTestFinished(async () => {
    stopper.abort();
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  const say = (message: string) => store.events.append({ node_uuid: null, kind: 'machine.log', message });
  const events = client.events({ after: 0, signal: stopper.signal });
  const next = async (): Promise<string | undefined> => (await events.next()).value?.message;

  await say('one');
  expect(await next()).toBe('one');
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await say('while away');
  const pending = next();
  server = createServer(app.routing.bind(app));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  expect(await pending).toBe('while away');
  await say('after');
  expect(await next()).toBe('after');
});

test('the iterator tells of events that the daemon keeps no more', async () => {
  const { url, store } = await daemonFixture({ store: await temporaryStore({ eventsPerNode: 10 }) });
  const say = (message: string) => store.events.append({ node_uuid: null, kind: 'machine.log', message });
  for (let index = 1; index <= 40; index++) await say(`${index}`);
  const client = createClient(url);
  onTestFinished(() => client.close());
  const gaps: number[] = [];
  const events = client.events({ after: 3, onGap: (completeFrom) => gaps.push(completeFrom) });
  const first = (await events.next()).value?.message;
  expect(gaps).toEqual([Number(first)]);
  await events.return(undefined);
});

test('the iterator tells a refusal at once, and gives up on a daemon that stays away', async () => {
  const { url } = await daemonFixture();
  const client = createClient(url);
  onTestFinished(() => client.close());
  await expect(client.events({ node: 'nobody' }).next()).rejects.toMatchObject({ code: 'not_found' });
  const nobody = createClient('http://127.0.0.1:9');
  onTestFinished(() => nobody.close());
  await expect(nobody.events({ patienceMs: 100 }).next()).rejects.toMatchObject({
    code: 'daemon_unreachable',
  });
});

async function watching(
  argv: readonly string[],
  url: string,
): Promise<{ said(): string; stop(): Promise<number> }> {
  const stopper = new AbortController();
  let out = '';
  const { runGroup } = await import('../../src/cli/groups.ts');
  const { systemClock } = await import('../../src/clock.ts');
  const running = runGroup('node', ['watch', ...argv], {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    env: { INGOT_URL: url },
    askSecret: null,
    clock: systemClock,
    signal: stopper.signal,
  });
  return {
    said: () => out,
    stop: () => {
      stopper.abort();
      return running;
    },
  };
}

test('watch shows events of one node by name, and how far its job is', async () => {
  const { store, url } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: 'deploying' }));
  const job = await store.jobs.insert({
    node_uuid: NODE,
    verb: 'active',
    steps: [{ name: 'write_image', args: {} }],
  });
  await store.jobs.update(job.id, {
    progress: { percent: 45, bytes_done: 45 << 20, bytes_total: 100 << 20 },
  });
  const watch = await watching(['rack1-07'], url);
  await expect
    .poll(watch.said, { timeout: 10_000 })
    .toMatch(/rack1-07 {2}deploying: step 1 of 1, write_image, 45 % \(45 MiB of 100 MiB\)/);
  await store.events.append({ node_uuid: null, kind: 'machine.log', message: 'of nobody' });
  await store.events.append({ node_uuid: NODE, kind: 'machine.log', severity: 'error', message: 'it broke' });
  await expect.poll(watch.said, { timeout: 10_000 }).toMatch(/12:00:00 {2}rack1-07 {2}ERROR: it broke\n/);
  expect(watch.said()).not.toContain('of nobody');
  expect(await watch.stop()).toBe(0);
});

test('watch --json is one event a line', async () => {
  const { store, url } = await daemonFixture();
  const watch = await watching(['--json'], url);
  await expect
    .poll(
      async () => {
        await store.events.append({ node_uuid: null, kind: 'machine.log', message: 'hello' });
        return watch.said();
      },
      { timeout: 10_000 },
    )
    .toContain('hello');
  expect(JSON.parse(watch.said().split('\n', 1)[0] ?? '')).toMatchObject({
    kind: 'machine.log',
    message: 'hello',
  });
  await watch.stop();
});

test('watching a node that is not there is exit code 1', async () => {
  const { url } = await daemonFixture();
  expect((await runNode(['watch', 'nobody'], url)).code).toBe(1);
});
