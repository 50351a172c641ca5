/** What agents and deployed systems call: bent bodies, odd queries and headers, and bytes that are no HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBootApi, createLcmApi } from '../../../src/api/api.ts';
import { BOOT_COUNTS } from '../../../src/boot/counts.ts';
import { systemClock } from '../../../src/clock.ts';
import { countCalls } from '../../../src/daemon/listeners/counted-calls.ts';
import { createCallBacks } from '../../../src/lifecycle/agents/call-backs.ts';
import { agentToken, bootTicket, lcmToken } from '../../../src/lifecycle/agents/tokens.ts';
import { createLog } from '../../../src/log.ts';
import { createCounters } from '../../../src/net/counters.ts';
import { openStore } from '../../../src/store/open.ts';
import { OWN } from '../../lifecycle/fakes/certificates.ts';
import { INVENTORY } from '../../lifecycle/fakes/inventory.ts';
import { bendJson, type Json } from '../bend-json.ts';
import { converse, getsCounted, listenForStrangers, statusesOf, sumOf } from '../converse.ts';
import { mutate, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise } from '../target.ts';

const AT_ONCE = 4;
/** Of an answer; longer ones would make us a lever. */
const MOST_BYTES = 16_384;
const NODE = '9174949b-0daa-4f6f-90a7-b8c9b114028d';
/** As in the inventory. */
const MAC = '52:54:00:00:00:01';
const PASSWORD = 'hunter2-of-the-bmc';
const SECRET = new Uint8Array(32).fill(7);
const CALLBACK = 'https://10.20.1.7:9999';

const HEADERS = [
  'X-OpenStack-Ironic-API-Version: 1.68',
  'X-OpenStack-Ironic-API-Version: 99.x',
  'Content-Type: text/plain',
  'Content-Encoding: gzip',
  'Content-Length: 3',
  'Transfer-Encoding: chunked',
  'Authorization: Bearer \x7f',
  `Authorization: Bearer ${'a'.repeat(3000)}`,
  'Expect: 100-continue',
  'X-Forwarded-For: 127.0.0.1',
  `X-Ingot-Ticket: ${'\xff'.repeat(43)}`,
];
const QUERIES = [
  `addresses=${MAC}`,
  `addresses=${MAC}&node_uuid=${NODE}`,
  `addresses=${'ff:'.repeat(2000)}`,
  'addresses=%00%ff%fe',
  'addresses[]=x&addresses[__proto__]=y',
  `node_uuid=${NODE}&node_uuid=${NODE}`,
  `node_uuid=../${NODE}`,
  '',
];

type Call = {
  readonly method: string;
  readonly path: string;
  readonly body: Json | null;
  readonly token?: string;
  readonly ticket?: string;
};

type Generations = { readonly boot: number; readonly instance: number };

/** As honest ones are, for that boot and that deployment. */
function callsOf({ boot, instance }: Generations) {
  const agent = agentToken(SECRET, { uuid: NODE, boot_generation: boot });
  const beat = { callback_url: CALLBACK, agent_token: agent, agent_version: '1.0', agent_status: null };
  const certified = { ...beat, agent_verify_ca: OWN.cert };
  const ticket = bootTicket(SECRET, { uuid: NODE, boot_generation: boot });
  return {
    lookup: { method: 'GET', path: `/v1/lookup?addresses=${MAC}`, body: null, ticket },
    beat: { method: 'POST', path: `/v1/heartbeat/${NODE}`, body: certified },
    inventory: {
      method: 'POST',
      path: '/v1/continue_inspection',
      ticket,
      body: JSON.parse(JSON.stringify({ inventory: INVENTORY, boot_interface: MAC, error: null })),
    },
    report: {
      method: 'POST',
      path: `/lcm/v1/nodes/${NODE}/status`,
      body: { status: 'up', message: null, hostname: 'rack1-07', addresses: ['10.40.0.7'] },
      token: lcmToken(SECRET, { uuid: NODE, instance_generation: instance }),
    },
  } satisfies Readonly<Record<string, Call>>;
}

function written({ method, path, body, token, ticket }: Call, headers: readonly string[] = []): Buffer {
  const text = body === null ? '' : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 10.20.0.1:6180',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(ticket === undefined ? [] : [`X-Ingot-Ticket: ${ticket}`]),
    ...(body === null
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(text)]);
}

function hostile(random: Random, honest: readonly Call[]): Buffer {
  const call = pick(random, honest);
  const odd = Array.from({ length: random.below(3) }, () => pick(random, HEADERS));
  switch (random.below(4)) {
    case 0:
      return mutate(written(call, odd), random, [written(pick(random, honest))]);
    case 1:
      return written({ ...call, path: `/v1/lookup?${pick(random, QUERIES)}` }, odd);
    default:
      return written({ ...call, body: bendJson(call.body ?? {}, random) }, odd);
  }
}

async function openCalls(random: Random): Promise<FuzzRun> {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-calls-'));
  const log = createLog('silent');
  const store = await openStore(join(folder, 'ingot.db'), { clock: systemClock, log });
  const now = { boot: 1, instance: 1 };
  await store.nodes.insert({
    uuid: NODE,
    driver: 'redfish',
    driver_info: { redfish_password: PASSWORD },
    provision_state: 'inspect wait',
    boot_intent: 'ramdisk',
    boot_generation: now.boot,
    instance_generation: now.instance,
  });
  await store.ports.insert({ uuid: NODE.replace('9', '8'), node_uuid: NODE, address: MAC });
  const lifecycle = createCallBacks({
    store,
    secret: SECRET,
    now: () => new Date(systemClock.now()).toISOString(),
    nudge: () => undefined,
    elapsed: systemClock.elapsed,
    site: {
      isAgentAddress: (address) => address.startsWith('10.20.'),
      agentRules: { byTls: false, upstream: false },
      holderOf: async () => ({ kind: 'untold' }),
    },
  });
  const apis = [createBootApi({ lifecycle, log }), createLcmApi({ lifecycle, log })] as const;
  await Promise.all(apis.map((api) => api.ready()));
  const calls = createCounters(BOOT_COUNTS);
  const [boot, lcm] = apis.map((api) => countCalls(api.routing, calls));
  const listener = await listenForStrangers((request, response) =>
    (request.url?.startsWith('/lcm') ? lcm : boot)?.(request, response),
  );
  const refusals = (): number => calls.snapshot().calls_refused + sumOf(listener.refused());

  const step = async (): Promise<void> => {
    const inputs = Array.from({ length: AT_ONCE }, () => hostile(random, Object.values(callsOf(now))));
    const before = refusals();
    const refused = await Promise.all(
      inputs.map(async (input) => {
        const answer = await converse(listener.port, input);
        const requests = input.toString('latin1').split('\n').length;
        promise(answer.length <= requests * MOST_BYTES, 'the answer is too large', input);
        promise(!answer.includes(PASSWORD), 'it gave out the password of a BMC', input);
        const statuses = statusesOf(answer);
        promise(!statuses.includes(500), 'it answered 500', input);
        return statuses.filter((status) => status >= 400).length;
      }),
    );
    const least = refused.reduce((sum, count) => sum + count, 0);
    const isCounted = await getsCounted(() => refusals() - before, least);
    promise(isCounted, `it refused ${least} calls and did not count each`, Buffer.concat(inputs));
  };

  /** A machine that boots now, and a system that is deployed now, whatever was said before in their name. */
  const finish = async (): Promise<void> => {
    now.boot++;
    now.instance++;
    const generations = { boot_generation: now.boot, instance_generation: now.instance };
    await store.nodes.update(NODE, { ...generations, agent: null });
    const { lookup, beat, inventory, report } = callsOf(now);
    for (const [call, expected] of [
      [lookup, 200],
      [beat, 202],
      [inventory, 202],
      [report, 204],
    ] as const) {
      const input = written(call, ['Connection: close']);
      const answer = await askHonestly(`http://127.0.0.1:${listener.port}`, call);
      promise(answer === expected, `an honest ${call.method} ${call.path} got ${answer}`, input);
    }
  };
  const close = async (): Promise<void> => {
    await listener.stop();
    await Promise.all(apis.map((api) => api.close()));
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { step, finish, close };
}

/** The status. */
async function askHonestly(origin: string, { method, path, body, token, ticket }: Call): Promise<number> {
  const headers = {
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(ticket === undefined ? {} : { 'x-ingot-ticket': ticket }),
  };
  const sent = body === null ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${origin}${path}`, { method, headers, ...sent });
  await response.arrayBuffer();
  return response.status;
}

export const targets: readonly FuzzTarget[] = [
  { group: 'http', name: 'the calls of agents and deployed systems', open: openCalls },
];
