/** The event stream over a real socket: resume, filters, bounds and its end. */
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createSseReader, type SseMessage } from '../../src/cli/sse.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryStore } from '../store/temporary-store.ts';
import { aNode, apiFixture, type Fixture, fault, NODE } from './fixtures.ts';

async function listening(
  overrides: { readonly store?: Store } = {},
): Promise<Fixture & { readonly url: string }> {
  const fixture = await apiFixture(overrides);
  await fixture.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = fixture.app.server.address() as AddressInfo;
  return { ...fixture, url: `http://127.0.0.1:${port}/v1/events` };
}

type Following = { next(): Promise<SseMessage | null>; readonly response: Response; stop(): void };

/** Reads messages one at a time; null at the end of the stream. */
async function follow(url: string, headers: Record<string, string> = {}): Promise<Following> {
  const stopper = new AbortController();
  onTestFinished(() => stopper.abort());
  const response = await fetch(url, { headers, signal: stopper.signal });
  const reader = createSseReader();
  const decoder = new TextDecoder();
  const chunks = response.body?.getReader();
  const ready: SseMessage[] = [];
  return {
    response,
    stop: () => stopper.abort(),
    async next() {
      for (;;) {
        const message = ready.shift();
        if (message !== undefined) return message;
        const chunk = await chunks?.read();
        if (chunk === undefined || chunk.done) return null;
        ready.push(...reader.push(decoder.decode(chunk.value, { stream: true })));
      }
    },
  };
}

async function say(store: Store, message: string, node: string | null = null): Promise<number> {
  return (await store.events.append({ node_uuid: node, kind: 'machine.log', message })).seq;
}

const textOf = (message: SseMessage | null): unknown =>
  message === null ? null : JSON.parse(message.data).message;

test('without a position the stream begins now: what was before is not told', async () => {
  const { url, store } = await listening();
  await say(store, 'before');
  const stream = await follow(url);
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  expect(stream.response.headers.get('x-openstack-ironic-api-maximum-version')).toBe('1.96');
  await say(store, 'after');
  expect(textOf(await stream.next())).toBe('after');
});

test('an event is the record, and its id is the seq', async () => {
  const { url, store } = await listening();
  const stream = await follow(`${url}?after=0`);
  const seq = await say(store, 'hello', NODE);
  const message = await stream.next();
  expect(message?.id).toBe(String(seq));
  expect(JSON.parse(message?.data ?? '')).toEqual((await store.events.list({}))[0]);
});

test.each(['after', 'last-event-id'])(
  'a client that comes back by %s misses nothing and gets nothing twice',
  async (how) => {
    const { url, store } = await listening();
    const first = await follow(`${url}?after=0`);
    await say(store, 'one');
    const seen = await first.next();
    first.stop();
    for (let index = 0; index < 500; index++) await say(store, `missed ${index}`);
    const id = seen?.id ?? '';
    const second =
      how === 'after' ? await follow(`${url}?after=${id}`) : await follow(url, { 'last-event-id': id });
    for (let index = 0; index < 500; index++) expect(textOf(await second.next())).toBe(`missed ${index}`);
    await say(store, 'live again');
    expect(textOf(await second.next())).toBe('live again');
  },
);

test.each(['after', 'last-event-id'])(
  'a position beyond the newest (%s), from before a restored backup, goes on at the newest and says so',
  async (how) => {
    const { url, store } = await listening();
    const seq = await say(store, 'known');
    const controller = new AbortController();
    onTestFinished(() => controller.abort());
    const response = await fetch(how === 'after' ? `${url}?after=999` : url, {
      headers: how === 'after' ? {} : { 'last-event-id': '999' },
      signal: controller.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const first = (await reader?.read())?.value;
    expect(first).toContain(`: there is no event 999 yet; going on after ${seq}, the newest\nid: ${seq}\n`);
    await say(store, 'new');
    expect((await reader?.read())?.value).toContain('"message":"new"');
  },
);

/** Ten and a few more events are kept of each node; the node has had forty. */
async function forgetful(): Promise<Following & { readonly store: Store; readonly url: string }> {
  const kept = await temporaryStore({ eventsPerNode: 10 });
  const { url, store } = await listening({ store: kept });
  await store.nodes.insert(aNode());
  await say(store, 'of nobody');
  for (let index = 0; index < 40; index++) await say(store, `of the node ${index}`, NODE);
  return { ...(await follow(`${url}?after=0`)), store, url };
}

test('a client that comes back after what is kept is told of the gap, and from where on it has all', async () => {
  const stream = await forgetful();
  const gap = await stream.next();
  const { after, complete_from } = JSON.parse(gap?.data ?? '{}');
  expect(gap?.event).toBe('gap');
  expect(after).toBe(0);
  expect(complete_from).toBe((await stream.store.events.list({ node_uuid: NODE }))[0]?.seq);
  // It has what is there all the same, and is told once.
  expect(textOf(await stream.next())).toBe('of nobody');
  expect(textOf(await stream.next())).toBe(`of the node ${complete_from - 2}`);
});

test('a client that has all that is forgotten, or follows another node, hears of no gap', async () => {
  const { url, store, next } = await forgetful();
  const { complete_from } = JSON.parse((await next())?.data ?? '{}');
  const late = await follow(`${url}?after=${complete_from - 1}`);
  expect(textOf(await late.next())).toBe(`of the node ${complete_from - 2}`);
  const other = '6b9d5d7a-2b4c-4c66-8f55-0d5b8a5f3c11';
  await store.nodes.insert(aNode({ uuid: other, name: 'other' }));
  const ofOther = await follow(`${url}?node=other&after=0`);
  await say(store, 'of the other', other);
  expect(textOf(await ofOther.next())).toBe('of the other');
});

test('Last-Event-ID wins over ?after, as a browser keeps the URL when it reconnects', async () => {
  const { url, store } = await listening();
  await say(store, 'old');
  const seq = await say(store, 'seen');
  await say(store, 'new');
  const stream = await follow(`${url}?after=0`, { 'last-event-id': String(seq) });
  expect(textOf(await stream.next())).toBe('new');
});

test('one node, by name, and some kinds only', async () => {
  const { url, store } = await listening();
  await store.nodes.insert(aNode());
  const ofNode = await follow(`${url}?node=rack1-07`);
  const ofKind = await follow(`${url}?kinds=machine.discovered`);
  await say(store, 'of nobody');
  await say(store, 'of the node', NODE);
  await store.events.append({ node_uuid: null, kind: 'machine.discovered', message: 'other' });
  expect(textOf(await ofNode.next())).toBe('of the node');
  expect(textOf(await ofKind.next())).toBe('other');
});

test('an unknown node is 404 and a bad position 400, before a stream begins', async () => {
  const { ask } = await apiFixture();
  expect((await ask('GET', '/v1/events?node=nobody')).status).toBe(404);
  expect((await ask('GET', '/v1/events?after=x')).status).toBe(400);
});

test('a daemon that stops ends the streams with its reason, at once', async () => {
  const { url, app } = await listening();
  const stream = await follow(url);
  const closing = app.close();
  expect(await stream.next()).toMatchObject({ event: 'end', data: '{"reason":"the daemon stops"}' });
  expect(await stream.next()).toBeNull();
  await closing;
});

test('a client that reads nothing does not keep others from reading, nor grow the daemon', async () => {
  const { url, store } = await listening();
  const lazy = await follow(url);
  const eager = await follow(url);
  const blob = 'x'.repeat(200_000);
  for (let index = 0; index < 100; index++) await say(store, `${index} ${blob}`);
  for (let index = 0; index < 100; index++)
    expect(textOf(await eager.next())).toMatch(new RegExp(`^${index} `));
  lazy.stop();
});

test.each([
  ['the stream', '/ingot/v1/events?kinds='],
  ['a timeline', `/ingot/v1/nodes/${NODE}/timeline?kinds=`],
])('a kind of event that there is not is refused by %s, with those that there are', async (_, path) => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const answer = await ask('GET', `${path}job.done,job.finished,dhcp.%2A`);
  expect([answer.status, fault(answer)]).toEqual([
    400,
    expect.stringMatching(/there are no events job\.finished, dhcp\.\*; there are: .*dhcp\.ack.*job\.done/),
  ]);
});
