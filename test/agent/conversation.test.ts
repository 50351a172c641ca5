import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/agent/base/http.ts';
import { createSay } from '../../src/agent/base/say.ts';
import { IronicClient } from '../../src/agent/ironic/client.ts';
import {
  type ConversationTools,
  discover,
  inspect,
  type Known,
  lookup,
} from '../../src/agent/ironic/conversation.ts';
import { createTokenFile } from '../../src/agent/ironic/token-file.ts';
import { clockCorrection } from '../../src/agent/serve/wall-clock.ts';
import recorded from './fixtures/ironic-29-api.json' with { type: 'json' };
import { tempFolder } from './support/disks.ts';
import {
  type FakeIronic,
  fakeIronic,
  fault,
  lookupAnswer,
  NODE_UUID,
  ROOT_ANSWER,
  type Script,
} from './support/fake-ironic.ts';
import { hurryingClock } from './support/machine.ts';

const TOKEN = 'token-of-forty-three-characters-that-is-secret';
const MACS = ['52:54:00:aa:00:01', '52:54:00:aa:00:02'];

function talk(): ConversationTools & {
  readonly said: () => readonly string[];
  readonly pauses: readonly number[];
} {
  const { say, lines } = createSay(() => undefined);
  const clock = hurryingClock();
  const client = new IronicClient(createHttpClient({ insecure: false }));
  return { client, clock, say, signal: new AbortController().signal, said: lines, pauses: clock.pauses };
}

async function lookUpAt(
  ironic: FakeIronic,
  tools: ConversationTools,
  tokenPath = join(tempFolder(), 'token'),
): Promise<Known> {
  const api = { url: ironic.url, minor: 96, localAddress: '127.0.0.1', serverTime: null };
  return lookup({ api, macs: () => MACS, tokens: createTokenFile(tokenPath), ticket: 'TICKET' }, tools);
}

describe('discovery', () => {
  it('reads version, own address and time of the first API that answers', async () => {
    const ironic = await fakeIronic(
      { 'GET /': [[200, ROOT_ANSWER]] },
      { date: 'Sun, 22 Nov 2026 05:35:00 GMT' },
    );
    const tools = talk();
    const api = await discover(['http://127.0.0.1:1', ironic.url], tools);
    expect(api).toEqual({
      url: ironic.url,
      minor: 96,
      localAddress: '127.0.0.1',
      serverTime: Date.parse('2026-11-22T05:35:00Z'),
    });
    expect(tools.said()[0]).toMatch(
      /api discovery failed, trying again url=http:\/\/127\.0\.0\.1:1 status=null because=.*ECONNREFUSED/,
    );
  });

  it('understands what real Ironic 29 answers at its root', async () => {
    const root = recorded.find((call) => call.path === '/');
    const ironic = await fakeIronic({ 'GET /': [[200, root?.reply]] });
    expect((await discover([ironic.url], talk())).minor).toBe(96);
  });

  it('keeps trying with growing pauses of at most a minute', async () => {
    const ironic = await fakeIronic({
      'GET /': [...Array.from({ length: 8 }, () => [503] as const), [200, ROOT_ANSWER]],
    });
    const tools = talk();
    await discover([ironic.url], tools);
    expect(tools.pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });
});

describe('the inventory', () => {
  const BODY = { inventory: {}, boot_interface: MACS[0] };

  async function post(
    answers: Script[string],
  ): Promise<{ taken: boolean; calls: number; pauses: readonly number[]; said: readonly string[] }> {
    const ironic = await fakeIronic({ 'POST /v1/continue_inspection': answers });
    const tools = talk();
    const taken = await inspect(
      [`${ironic.url}/v1/continue_inspection`],
      { body: BODY, ticket: null },
      tools,
    );
    return { taken, calls: ironic.calls.length, pauses: tools.pauses, said: tools.said() };
  }

  it('is posted without a version header, as recorded from upstream', async () => {
    const ironic = await fakeIronic({ 'POST /v1/continue_inspection': [[202, { uuid: NODE_UUID }]] });
    expect(
      await inspect([`${ironic.url}/v1/continue_inspection`], { body: BODY, ticket: null }, talk()),
    ).toBe(true);
    const seen = recorded.find((call) => call.path === '/v1/continue_inspection');
    expect(ironic.calls[0]).toMatchObject({ method: 'POST', version: seen?.version ?? null, body: BODY });
  });

  it('is posted again after 409, 500 and a lost connection', async () => {
    expect(await post([[409, fault('locked')], [500], 'hang up', [202, {}]])).toMatchObject({
      taken: true,
      calls: 4,
      pauses: [5000, 10_000, 20_000],
    });
  });

  it('is given up after five tries', async () => {
    const { taken, calls, said } = await post([[503]]);
    expect([taken, calls]).toEqual([false, 5]);
    expect(said.at(-1)).toMatch(/inspection given up tries=5$/);
  });

  it('is not posted again when no node is being inspected', async () => {
    const { taken, calls, said } = await post([[404, fault('Resource could not be found.')]]);
    expect([taken, calls]).toEqual([false, 1]);
    expect(said.at(-1)).toMatch(/inspection refused .* status=404 because="Resource could not be found\."$/);
  });
});

describe('look-up', () => {
  it('asks by all MACs with version 1.68 and takes node, token and heartbeat time-out', async () => {
    const ironic = await fakeIronic({ 'GET /v1/lookup': [[200, lookupAnswer(TOKEN, 30)]] });
    const known = await lookUpAt(ironic, talk());
    expect(known).toMatchObject({ uuid: NODE_UUID, token: TOKEN, heartbeatTimeoutS: 30 });
    expect(ironic.calls[0]).toMatchObject({
      path: '/v1/lookup?addresses=52%3A54%3A00%3Aaa%3A00%3A01%2C52%3A54%3A00%3Aaa%3A00%3A02',
      version: '1.68',
    });
  });

  it('understands what real Ironic 29 answers', async () => {
    const answer = recorded.find((call) => call.path.startsWith('/v1/lookup'));
    const ironic = await fakeIronic({ 'GET /v1/lookup': [[200, answer?.reply]] });
    expect(await lookUpAt(ironic, talk())).toMatchObject({
      uuid: NODE_UUID,
      token: 'TOKEN',
      heartbeatTimeoutS: 20,
    });
    expect(ironic.calls[0]?.ticket).toBe('TICKET');
    expect(ironic.calls[0]?.path).not.toContain('TICKET');
  });

  it('asks an older server in its own version', async () => {
    const ironic = await fakeIronic({ 'GET /v1/lookup': [[200, lookupAnswer(TOKEN)]] });
    const api = { url: ironic.url, minor: 31, localAddress: '127.0.0.1', serverTime: null };
    const tokens = createTokenFile(join(tempFolder(), 't'));
    await lookup({ api, macs: () => MACS, tokens, ticket: null }, talk());
    expect(ironic.calls[0]?.ticket).toBeNull();
    expect(ironic.calls[0]?.version).toBe('1.31');
  });

  it('keeps trying until the node is known, and says which MACs it asked for', async () => {
    const ironic = await fakeIronic({
      'GET /v1/lookup': [
        [404, fault('x')],
        [409, fault('Node is locked')],
        'hang up',
        [200, lookupAnswer(TOKEN)],
      ],
    });
    const tools = talk();
    await lookUpAt(ironic, tools);
    expect(tools.pauses).toEqual([1000, 2000, 4000]);
    expect(tools.said()[0]).toMatch(
      /no node that is expected to boot has one of these MACs" macs=52:54:00:aa:00:01,52:54:00:aa:00:02$/,
    );
  });

  it('uses the token of an earlier agent of this boot when Ironic gives it only once', async () => {
    const tokenPath = join(tempFolder(), 'run', 'token');
    const first = await fakeIronic({ 'GET /v1/lookup': [[200, lookupAnswer(TOKEN)]] });
    await lookUpAt(first, talk(), tokenPath);
    const second = await fakeIronic({ 'GET /v1/lookup': [[200, lookupAnswer('******')]] });
    expect((await lookUpAt(second, talk(), tokenPath)).token).toBe(TOKEN);
    expect(statSync(tokenPath).mode & 0o777).toBe(0o600);
  });

  it('without any token says what to do and keeps trying', async () => {
    const ironic = await fakeIronic({
      'GET /v1/lookup': [
        [200, lookupAnswer('******')],
        [200, lookupAnswer(TOKEN)],
      ],
    });
    const tools = talk();
    expect((await lookUpAt(ironic, tools)).token).toBe(TOKEN);
    expect(tools.said()[0]).toMatch(
      /lookup without a token, trying again node=9174949b-.*reboot the machine so that it gets a new one"$/,
    );
  });

  it('never prints the token', async () => {
    const ironic = await fakeIronic({ 'GET /v1/lookup': [[200, lookupAnswer(TOKEN)]] });
    const tools = talk();
    await lookUpAt(ironic, tools);
    expect(tools.said().join('\n')).toMatch(/lookup ok node=9174949b-/);
    expect(tools.said().join('\n')).not.toContain(TOKEN);
  });
});

describe("the machine's clock", () => {
  const SERVER = Date.parse('2026-11-22T12:00:00Z');
  it.each<[string, number, number | null, number | null]>([
    ['is set when it is years off', 0, SERVER, SERVER],
    ['is set when it is three minutes off', SERVER - 180_000, SERVER, SERVER],
    ['is left alone when it is a minute off', SERVER + 60_000, SERVER, null],
    ['is left alone when the server tells no time', 0, null, null],
  ])('%s', (_, ours, server, corrected) => {
    expect(clockCorrection(ours, server)).toBe(corrected);
  });
});
