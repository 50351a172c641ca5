/**
 * What a ramdisk may call and say at which microversion. The sentences are Ironic's (api/controllers/v1/ramdisk.py).
 */
import { expect, test } from 'vitest';
import { createBootApi } from '../../../src/api/api.ts';
import { createLog } from '../../../src/log.ts';
import { type Answer, aNode, apiFixture, askApp, fault, NODE } from '../fixtures.ts';

const BEAT = { callback_url: 'https://10.20.1.7:9999', agent_token: 'TOKEN' };
const INVENTORY = {
  interfaces: [{ name: 'e0', mac_address: '52:54:00:12:34:56' }],
  cpu: { count: 4, architecture: 'x86_64' },
};
const CALLS = {
  lookup: ['GET', '/v1/lookup?addresses=52:54:00:12:34:56', undefined],
  heartbeat: ['POST', `/v1/heartbeat/${NODE}`, BEAT],
  'agent_version in a heartbeat': ['POST', `/v1/heartbeat/${NODE}`, { ...BEAT, agent_version: '9' }],
  'agent_verify_ca in a heartbeat': ['POST', `/v1/heartbeat/${NODE}`, { ...BEAT, agent_verify_ca: 'PEM' }],
  'agent_status in a heartbeat': ['POST', `/v1/heartbeat/${NODE}`, { ...BEAT, agent_status: 'end' }],
  'agent_status_message in a heartbeat': [
    ...(['POST', `/v1/heartbeat/${NODE}`, { ...BEAT, agent_status_message: 'x' }] as const),
  ],
  continue_inspection: ['POST', '/v1/continue_inspection', { inventory: INVENTORY }],
  'continue_inspection of a node': [
    ...(['POST', `/v1/continue_inspection?node_uuid=${NODE}`, { inventory: INVENTORY }] as const),
  ],
} as const;

type Call = keyof typeof CALLS;

/** At 1.N, or without a version header. */
async function called(call: Call, minor: number | null): Promise<Answer> {
  const { store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const boot = createBootApi({ lifecycle, log: createLog('silent') });
  const [method, url, body] = CALLS[call];
  if (minor !== null) return await askApp(boot, { method, url, body, version: `1.${minor}` });
  const plain = await boot.inject({ method, url, ...(body === undefined ? {} : { payload: body }) });
  const parsed = plain.body === '' ? '' : plain.json();
  return { status: plain.statusCode, headers: plain.headers, body: parsed };
}

const SINCE: readonly { call: Call; since: number; before: number; said: string; after: number }[] = [
  { call: 'lookup', since: 22, before: 404, said: 'Resource could not be found.', after: 200 },
  { call: 'heartbeat', since: 22, before: 404, said: 'Resource could not be found.', after: 202 },
  {
    call: 'agent_version in a heartbeat',
    since: 36,
    before: 400,
    after: 202,
    said: 'Field "agent_version" not recognised',
  },
  {
    call: 'agent_verify_ca in a heartbeat',
    since: 68,
    before: 400,
    after: 202,
    said: 'Field "agent_verify_ca" not recognised in this version',
  },
  {
    call: 'agent_status in a heartbeat',
    since: 72,
    before: 400,
    after: 202,
    said: 'Fields "agent_status" and "agent_status_message" not recognised.',
  },
  {
    call: 'agent_status_message in a heartbeat',
    since: 72,
    before: 400,
    after: 202,
    said: 'Fields "agent_status" and "agent_status_message" not recognised.',
  },
  {
    call: 'continue_inspection',
    since: 84,
    before: 404,
    after: 202,
    said: 'API version 1.84 or newer is required',
  },
  {
    call: 'continue_inspection of a node',
    since: 84,
    before: 404,
    after: 202,
    said: 'API version 1.84 or newer is required',
  },
];

test.each(SINCE)('$call needs 1.$since: $before before, $after from then on', async (one) => {
  const old = await called(one.call, one.since - 1);
  expect([old.status, fault(old)]).toEqual([one.before, one.said]);
  expect((await called(one.call, one.since)).status).toBe(one.after);
  expect((await called(one.call, 96)).status).toBe(one.after);
});

test.each(['lookup', 'heartbeat', 'agent_status in a heartbeat', 'continue_inspection'] as const)(
  'without a version header a ramdisk has %s',
  async (call) => expect((await called(call, null)).status).toBeLessThan(300),
);

test('an inspection is answered with the uuid, since 1.84 like a look-up', async () => {
  for (const minor of [null, 1])
    expect((await called('continue_inspection', minor)).body).toEqual({ uuid: NODE });
  for (const call of ['continue_inspection', 'continue_inspection of a node'] as const)
    expect((await called(call, 84)).body).toMatchObject({
      node: { uuid: NODE },
      config: { agent_token: 'TOKEN', heartbeat_timeout: 300 },
    });
  expect((await called('continue_inspection of a node', 1)).status).toBe(404);
});

test.each(['', '?addresses=', '?addresses=80:00:02:08:fe:80::1'])(
  'a look-up with "%s" is 400',
  async (query) => {
    const { ask } = await apiFixture();
    const answer = await ask('GET', `/v1/lookup${query}`);
    expect([answer.status, fault(answer)]).toEqual([
      400,
      "At least one of 'addresses' and 'node_uuid' parameters is required",
    ]);
  },
);

test('a status that an agent cannot have is 400', async () => {
  const { ask } = await apiFixture();
  const answer = await ask('POST', `/v1/heartbeat/${NODE}`, { body: { ...BEAT, agent_status: 'fine' } });
  expect([answer.status, fault(answer)]).toEqual([
    400,
    'Agent status is invalid. Valid states are start,end,error.',
  ]);
});
