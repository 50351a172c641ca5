/** Short writes queue behind a short job, and give up after three seconds. */
import { EventEmitter } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { refuseNodeLocked } from '../../src/api/ironic/locked.ts';
import { createWhenFree } from '../../src/api/when-free.ts';
import { systemClock } from '../../src/clock.ts';
import type { JobRecord } from '../../src/store/records/job.ts';
import { aNode, apiFixture, type Fixture, fault, NODE } from './fixtures.ts';

const PORT = 'c2b5bd36-7d6e-4b1c-8a8f-0d3a9f6c5a10';
const STEPS = [{ name: 'verify', args: {} }];

/** A node whose job is at work, with a clock that goes. */
async function locked(): Promise<Fixture & { readonly job: JobRecord }> {
  const fixture = await apiFixture({ clock: systemClock });
  const { store } = fixture;
  await store.nodes.insert(aNode({ maintenance: true }));
  await store.ports.insert({ uuid: PORT, node_uuid: NODE, address: '52:54:00:00:00:01' });
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'manage', steps: STEPS });
  return { ...fixture, job };
}

/** As the engine ends a job: the row and the event in one transaction. */
const end = ({ store, job }: Pick<Fixture, 'store'> & { readonly job: JobRecord }): Promise<void> =>
  store.transaction(async (queries) => {
    await queries.jobs.update(job.id, { status: 'done' });
    await queries.events.append({ node_uuid: NODE, kind: 'job.done', message: 'The job is done.' });
  });

const soon = (ms: number): Promise<void> => systemClock.sleep(ms);

test.each([
  { write: ['PATCH', `/v1/ports/${PORT}`, [{ op: 'add', path: '/extra/rack', value: '7' }]], status: 200 },
  { write: ['DELETE', `/v1/ports/${PORT}`, undefined], status: 204 },
  { write: ['PUT', `/v1/nodes/${NODE}/traits`, { traits: ['CUSTOM_GPU'] }], status: 204 },
] as const)('$write.0 $write.1 waits for a job that ends soon', async ({ write, status }) => {
  const fixture = await locked();
  const [method, url, body] = write;
  const answer = fixture.ask(method, url, { body });
  await soon(100);
  await end(fixture);
  expect((await answer).status).toBe(status);
});

test('a write waits for a job that comes to wait for its agent, which no event tells', async () => {
  const { ask, store, job } = await locked();
  await store.nodes.update(NODE, { provision_state: 'clean wait' });
  const answer = ask('PUT', `/v1/nodes/${NODE}/traits`, { body: { traits: ['CUSTOM_GPU'] } });
  await soon(100);
  await store.jobs.update(job.id, { waiting_for: 'the agent' });
  expect((await answer).status).toBe(204);
});

test('a write is refused after three seconds under a job that goes on, however much that tells', async () => {
  const { ask, store } = await locked();
  const begun = performance.now();
  let answered = false;
  const answer = ask('DELETE', `/v1/ports/${PORT}`).finally(() => {
    answered = true;
  });
  while (!answered) {
    await store.events.append({ node_uuid: NODE, kind: 'job.step_done', message: 'Something was done.' });
    await soon(20);
  }
  expect([(await answer).status, fault(await answer)]).toEqual([
    409,
    `Node ${NODE} is locked by host ingot, please retry after the current operation is completed.`,
  ]);
  expect(performance.now() - begun).toBeGreaterThan(500);
  expect(await store.ports.get(PORT)).not.toBeNull();
});

test('what else speaks against the write is said at once, and what comes up while it waits too', async () => {
  const fixture = await locked();
  const answer = fixture.ask('DELETE', `/v1/ports/${PORT}`);
  await soon(50);
  await fixture.store.ports.delete(PORT);
  await end(fixture);
  expect((await answer).status).toBe(404);
});

test('a client that goes is waited for no longer, and its write is not done', async () => {
  const fixture = await locked();
  const { app, store } = fixture;
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'DELETE', path: `/v1/ports/${PORT}` });
  outgoing.on('error', () => undefined);
  outgoing.end();
  await soon(200);
  outgoing.destroy();
  await soon(100);
  await end(fixture);
  await soon(400);
  expect(await store.ports.get(PORT)).not.toBeNull();
});

test('not more than 256 requests wait at once: the next one is refused at once', async () => {
  const { store, job } = await locked();
  const whenFree = createWhenFree({ store, clock: systemClock });
  const raw = { socket: new EventEmitter().setMaxListeners(0) };
  let tries = 0;
  const write = async (): Promise<void> => {
    tries++;
    await refuseNodeLocked(store, NODE);
  };
  const waiting = Array.from({ length: 256 }, () => whenFree({ raw }, write));
  await soon(100);
  await expect(whenFree({ raw }, write)).rejects.toMatchObject({ code: 'node_locked' });
  await end({ store, job });
  expect(await Promise.allSettled(waiting)).toEqual(
    Array(256).fill({ status: 'fulfilled', value: undefined }),
  );
  expect(tries).toBeGreaterThan(256);
});
