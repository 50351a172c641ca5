/** The API over a real store and a lifecycle that only remembers what it was asked. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { createApi } from '../../src/api/api.ts';
import { CATALOG } from '../../src/api/catalog/catalog.ts';
import type { ApiDeps, DhcpControl } from '../../src/api/deps.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { IngotError } from '../../src/errors.ts';
import { createAllocator } from '../../src/lifecycle/allocations/allocator.ts';
import type { Lifecycle, LookupAnswer } from '../../src/lifecycle/lifecycle.ts';
import { createLog } from '../../src/log.ts';
import type { NewNode, Store } from '../../src/store/store.ts';
import { stoppedClock, temporaryStore } from '../store/temporary-store.ts';

export type Asked = { readonly method: string; readonly arguments: readonly unknown[] };
export type FakeLifecycle = Lifecycle & { readonly asked: Asked[]; refuseWith: IngotError | null };

/** Remembers every call; throws `refuseWith` where it is set. */
function fakeLifecycle(store: Store): FakeLifecycle {
  const asked: Asked[] = [];
  const note = async (method: string, ...rest: readonly unknown[]): Promise<void> => {
    asked.push({ method, arguments: rest });
    if (fake.refuseWith !== null) throw fake.refuseWith;
  };
  const found = async (): Promise<LookupAnswer> => {
    const node = await store.nodes.get(NODE);
    if (node === null) throw new Error('the test has no node');
    return { node, agent_token: 'TOKEN', heartbeat_timeout: 300 };
  };
  const fake: FakeLifecycle = {
    asked,
    refuseWith: null,
    refuseByState: async () => {
      if (fake.refuseWith !== null) throw fake.refuseWith;
    },
    requestVerb: (ident, request) => note('requestVerb', ident, request),
    // The real one: what it does is part of the API's answers.
    allocate: (uuid) =>
      createAllocator({ store, clock: stoppedClock(), log: createLog('silent') }).take(uuid),
    requestPower: (ident, target, asked) => note('requestPower', ident, target, asked),
    management: {
      bootDevice: async () => ({ device: 'disk', persistent: true }),
      setBootDevice: (node, wanted) => note('setBootDevice', node.uuid, wanted),
      injectNmi: (node) => note('injectNmi', node.uuid),
      setSecureBoot: (node, enabled) => note('setSecureBoot', node.uuid, enabled),
    },
    why: async (ident) => {
      await note('why', ident);
      const last_seen = { at: '2026-11-22T12:00:00.000Z', message: 'TFTP gave undionly.kpxe' };
      const text = 'The node is in "inspect wait". It waits for the ramdisk.';
      return {
        text,
        state: 'inspect wait',
        since: null,
        step: null,
        waiting_for: null,
        last_seen,
        check: [],
      };
    },
    agentLookup: async (query) => {
      await note('agentLookup', query);
      return await found();
    },
    agentHeartbeat: (uuid, heartbeat) => note('agentHeartbeat', uuid, heartbeat),
    continueInspection: async (body) => {
      await note('continueInspection', body);
      return { uuid: NODE, lookup: body.wantsLookup ? await found() : null };
    },
    lcmStatus: (uuid, token, report) => note('lcmStatus', uuid, token, report),
    start: () => note('start'),
    stop: () => note('stop'),
  };
  return fake;
}

/** DHCP that has nothing to tell, but for what is given. */
export function fakeDhcp(overrides: Partial<DhcpControl> = {}): DhcpControl {
  return {
    reservationsChanged: async () => undefined,
    leases: async () => [],
    importLeases: async ({ leases }) => leases.map(() => ({ result: 'taken' })),
    discovered: () => [],
    forgetDiscovered: async () => false,
    ...overrides,
  };
}

export const NODE = '9174949b-0daa-4f6f-90a7-b8c9b114028d';

export type Fixture = {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly lifecycle: FakeLifecycle;
  /** Sends with the newest microversion and parses the answer. */
  ask(method: Method, url: string, options?: AskOptions): Promise<Answer>;
};

type Method = NonNullable<InjectOptions['method']>;
type AskOptions = {
  readonly body?: unknown;
  readonly version?: string;
  readonly headers?: Record<string, string>;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any shape of answer and compares it whole
  readonly body: any;
};

export async function apiFixture(overrides: Partial<ApiDeps> = {}): Promise<Fixture> {
  const store = overrides.store ?? (await temporaryStore());
  const log = createLog('silent');
  const lifecycle = fakeLifecycle(store);
  const metrics = createMetrics(store, log);
  onTestFinished(() => metrics.stop());
  const config = configSchema.parse({});
  const app = createApi({
    store,
    lifecycle,
    config,
    log,
    clock: stoppedClock(),
    version: '0.1.0',
    metrics,
    ...overrides,
  });
  app.addHook('preSerialization', async (request, reply, payload) => {
    refuseUndescribed(`${request.method} ${request.routeOptions.url}`, reply.statusCode, payload);
    return payload;
  });
  onTestFinished(() => app.close());
  return { app, store, lifecycle, ask: (method, url, options) => askApp(app, { method, url, ...options }) };
}

/** Each answer of each test is held against what the OpenAPI document says of it. */
function refuseUndescribed(route: string, status: number, payload: unknown): void {
  const { answer, status: success = 200 } = CATALOG[route] ?? {};
  if (answer === undefined || status !== success) return;
  const problem = answer.safeParse(JSON.parse(JSON.stringify(payload))).error?.message;
  if (problem !== undefined)
    throw new Error(`${route} answers what its schema does not describe: ${problem}`);
}

export async function askApp(
  app: FastifyInstance,
  {
    method,
    url,
    body,
    version = '1.96',
    headers,
  }: AskOptions & { readonly method: Method; readonly url: string },
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    headers: {
      'x-openstack-ironic-api-version': version,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = response.body;
  const isJson = String(response.headers['content-type'] ?? '').startsWith('application/json');
  return { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** The sentence of an error answer. */
export function fault(answer: Answer): string {
  const inner = JSON.parse(answer.body.error_message) as { faultstring?: string; description?: string };
  return inner.faultstring ?? inner.description ?? '';
}

export function aNode(fields: Partial<NewNode> = {}): NewNode {
  return {
    uuid: NODE,
    driver: 'redfish',
    name: 'rack1-07',
    driver_info: { redfish_address: 'https://10.30.0.7', redfish_username: 'u', redfish_password: 'hunter2' },
    ...fields,
  };
}

export type Recorded = {
  readonly method: string;
  readonly path: string;
  readonly version: string | null;
  readonly body: string;
  readonly status: number;
  readonly reply: string;
};

/** Traffic recorded from Ironic 29.0.5: one or two samples of each kind. */
export function recordedTraffic(): readonly Recorded[] {
  const lines = readFileSync(new URL('./recorded/ironic-29.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded);
}
