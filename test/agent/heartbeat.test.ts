import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/agent/base/http.ts';
import { createSay } from '../../src/agent/base/say.ts';
import { type HeartbeatBody, IronicClient } from '../../src/agent/ironic/client.ts';
import { Heartbeat, type HeartbeatEnd } from '../../src/agent/ironic/heartbeat.ts';
import { type Answer, type FakeIronic, fakeIronic, fault, NODE_UUID } from './support/fake-ironic.ts';

const BODY: HeartbeatBody = {
  callback_url: 'https://10.20.1.5:9999',
  agent_version: '11.0.0',
  agent_token: 'secret-token',
  agent_verify_ca: '-----BEGIN CERTIFICATE-----',
  agent_status: 'start',
  agent_status_message: 'ready for commands',
};

type Run = {
  readonly ironic: FakeIronic;
  readonly end: HeartbeatEnd;
  readonly pauses: readonly number[];
  readonly said: readonly string[];
};

/** Beats until all answers are used up, with a clock that does not wait. */
async function beat(
  answers: readonly Answer[],
  options: { readonly minor?: number; readonly random?: number } = {},
): Promise<Run> {
  const ironic = await fakeIronic({ 'POST /v1/heartbeat': answers });
  const stop = new AbortController();
  const { say, lines } = createSay(() => undefined);
  const pauses: number[] = [];
  const heartbeat = new Heartbeat({
    client: new IronicClient(createHttpClient({ insecure: false })),
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        pauses.push(ms);
        if (ironic.calls.length >= answers.length) stop.abort();
      },
    },
    say,
    signal: stop.signal,
    api: { url: ironic.url, minor: options.minor ?? 96 },
    uuid: NODE_UUID,
    timeoutS: 20,
    body: () => BODY,
    random: () => options.random ?? 0,
  });
  return { ironic, end: await heartbeat.run(), pauses, said: lines() };
}

function total(pauses: readonly number[]): number {
  return pauses.reduce((sum, ms) => sum + ms, 0);
}

describe('the heartbeat', () => {
  it.each<[number, string, readonly string[]]>([
    [31, '1.31', ['callback_url']],
    [62, '1.62', ['callback_url', 'agent_version', 'agent_token']],
    [68, '1.68', ['callback_url', 'agent_version', 'agent_token', 'agent_verify_ca']],
    [96, '1.72', Object.keys(BODY)],
  ])('to a server of 1.%i has version %s and the fields that it knows', async (minor, version, fields) => {
    const { ironic } = await beat([[202]], { minor });
    expect(ironic.calls[0]).toMatchObject({ path: `/v1/heartbeat/${NODE_UUID}`, version });
    expect(Object.keys(ironic.calls[0]?.body ?? {})).toEqual(fields);
  });

  it.each([
    [0, 6000],
    [1, 12_000],
  ])('comes after 0.3 to 0.6 of the time-out (random %i: %i ms)', async (random, least) => {
    const { pauses } = await beat([[202], [202]], { random });
    expect(total(pauses.slice(0, 2))).toBe(least);
  });

  it('comes again soon when the node is locked or nobody answers', async () => {
    const { pauses, end, said } = await beat([[409, fault('Node is locked')], 'hang up', [503], [202]]);
    expect(end).toBe('stopped');
    expect(total(pauses.slice(0, 6))).toBe(15_000);
    expect(said[0]).toMatch(
      /heartbeat failed, trying again node=9174949b-.* status=409 because="Node is locked"$/,
    );
  });

  it('ends after three rejections in a row, so that look-up starts anew', async () => {
    const { end, ironic } = await beat([[401], [401], [401], [202]]);
    expect(end).toBe('rejected');
    expect(ironic.calls).toHaveLength(3);
  });

  it('goes on when a rejection was only one', async () => {
    expect((await beat([[401], [202], [401], [401], [202]])).end).toBe('stopped');
  });

  it('never prints the token', async () => {
    expect((await beat([[400, fault('Bad token')], [202]])).said.join()).not.toContain('secret-token');
  });

  it('comes at once when a command has ended', async () => {
    const ironic = await fakeIronic({ 'POST /v1/heartbeat': [[202]] });
    const stop = new AbortController();
    const heartbeat: Heartbeat = new Heartbeat({
      client: new IronicClient(createHttpClient({ insecure: false })),
      clock: {
        now: () => 0,
        // The first pause is the least gap; the long one after it must never be slept when woken.
        sleep: async (ms) => {
          if (ms > 1000) throw new Error(`slept ${ms} ms although woken`);
          if (ironic.calls.length === 2) stop.abort();
          heartbeat.now();
        },
      },
      say: () => undefined,
      signal: stop.signal,
      api: { url: ironic.url, minor: 96 },
      uuid: NODE_UUID,
      timeoutS: 300,
      body: () => BODY,
      random: () => 0,
    });
    await heartbeat.run();
    expect(ironic.calls).toHaveLength(2);
  });
});
