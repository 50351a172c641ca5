import { describe, expect, it } from 'vitest';
import type { AgentCall } from '../../../src/lifecycle/agents/agent-admission.ts';
import { lcmToken } from '../../../src/lifecycle/agents/tokens.ts';
import type { Site } from '../../../src/lifecycle/deps.ts';
import type { AddressHolder } from '../../../src/net/address-holder.ts';
import { mac } from '../../boot/fixtures.ts';
import { OWN } from '../fakes/certificates.ts';
import { INVENTORY } from '../fakes/inventory.ts';
import { agentCall, CALLBACK_URL } from '../fakes/machine.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

const MAC = '52:54:00:00:00:01';
const SECRET = new Uint8Array(32).fill(7);
const REPORT = { status: 'running', message: null, hostname: 'web-1', addresses: ['10.0.0.5'] };

async function booting(
  verb: 'inspect' | 'provide' = 'provide',
  holder: AddressHolder = { kind: 'untold' },
  upstream = false,
): Promise<World> {
  const agentRules = { byTls: true, upstream };
  return await begun(verb, { agentRules, holderOf: () => Promise.resolve(holder) });
}

async function begun(verb: 'inspect' | 'provide', site: Partial<Site>): Promise<World> {
  const world = await createWorld({ site });
  Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
  await world.store().nodes.update(uuidOf(world), { provision_state: 'manageable' });
  await world.daemon().requestVerb(uuidOf(world), { verb });
  await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
  return world;
}

const uuidOf = (world: World): string => world.machines[0]?.uuid ?? '';
const lookup = async (world: World, call?: AgentCall, macs: readonly string[] = [MAC]) =>
  await world.daemon().agentLookup({ macs, node_uuid: null, call: call ?? agentCall(await world.ticket()) });
const heartbeat = async (world: World, agent_token: string, more: object = {}) =>
  await world.daemon().agentHeartbeat(uuidOf(world), {
    callback_url: CALLBACK_URL,
    agent_version: null,
    agent_token,
    agent_verify_ca: OWN.cert,
    ...more,
  });

describe('the look-up of an agent', () => {
  it('finds the node by any MAC in any spelling, and gives the token of this boot', async () => {
    const world = await booting();
    const answer = await lookup(world, undefined, ['junk', '52-54-00-00-00-01']);
    expect(answer.node.uuid).toBe(uuidOf(world));
    expect(answer.agent_token).toMatch(/^[\w-]{43}$/);
  });

  it('gives the token again until it was used, also after a restart of the daemon, then no more', async () => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await world.restart();
    expect((await lookup(world)).agent_token).toBe(agent_token);
    await heartbeat(world, agent_token);
    expect((await lookup(world)).agent_token).toBe('******');
  });

  it('is refused while the node is not expected to boot the ramdisk', async () => {
    const world = await createWorld();
    await expect(lookup(world)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gets another token in the next boot: a ghost of the last boot cannot use its own', async () => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await world.until(['clean failed']);
    await world.daemon().requestVerb(uuidOf(world), { verb: 'manage' });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'provide' });
    await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
    await expect(heartbeat(world, agent_token)).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await lookup(world)).agent_token).not.toBe(agent_token);
  });
});

describe('the ticket of a boot', () => {
  const STRANGER = '10.20.1.66';
  const refusals = async (world: World) =>
    (await world.events()).filter(({ kind }) => kind === 'agent.refused').map(({ message }) => message);

  it.each<[string, Partial<AgentCall>, string]>([
    ['without it', { ticket: null }, 'it shows no ticket'],
    ['with another', { ticket: 'x'.repeat(43) }, 'its ticket is not that of this boot'],
    ['where others can read along', { isPrivate: false }, 'it came by plain HTTP'],
    ['from no IPv4 address', { address: null }, 'it asks from no IPv4 address'],
  ])('%s the look-up gives no token, and the node says so', async (_what, more, because) => {
    const world = await booting();
    const call = { ...agentCall(await world.ticket()), ...more };
    await expect(lookup(world, call)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(lookup(world, call)).rejects.toThrow(because);
    const told = await refusals(world);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(because);
  });

  it('of an earlier boot is good for nothing', async () => {
    const world = await booting();
    const old = agentCall(await world.ticket());
    await world.until(['clean failed']);
    await world.daemon().requestVerb(uuidOf(world), { verb: 'manage' });
    await world.daemon().requestVerb(uuidOf(world), { verb: 'provide' });
    await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
    await expect(lookup(world, old)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('ends with the boot: when its time is up nobody gets a token for it', async () => {
    const world = await booting();
    const call = agentCall(await world.ticket());
    await world.until(['clean failed']);
    await expect(lookup(world, call)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is redeemed once: again from the same address until the first heartbeat, from no other, also after a crash', async () => {
    const world = await booting();
    const ticket = await world.ticket();
    const { agent_token } = await lookup(world);
    await world.restart();
    expect((await lookup(world)).agent_token).toBe(agent_token);
    const second = agentCall(ticket, STRANGER);
    await expect(lookup(world, second)).rejects.toThrow('redeemed already, from 10.20.1.5');
    await heartbeat(world, agent_token);
    expect((await lookup(world)).agent_token).toBe('******');
    await expect(lookup(world, second)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await refusals(world)).toHaveLength(1);
  });

  it.each([
    [{ kind: 'machine', mac: mac(MAC) }, null],
    [{ kind: 'untold' }, null],
    [{ kind: 'nobody' }, 'DHCP gave 10.20.1.5 to nobody'],
    [{ kind: 'machine', mac: mac('52:54:00:99:99:99') }, 'DHCP gave 10.20.1.5 to 52:54:00:99:99:99'],
  ] as const)('where DHCP says of the address %j: %s', async (holder, because) => {
    const world = await booting('provide', holder);
    if (because === null) expect((await lookup(world)).agent_token).toMatch(/^[\w-]{43}$/);
    else await expect(lookup(world)).rejects.toThrow(because);
  });

  it('is not asked for, nor a certificate, where ironic-python-agent as it is may call', async () => {
    const world = await booting('provide', { kind: 'untold' }, true);
    const { agent_token } = await lookup(world, { ...agentCall(null), isPrivate: false });
    await heartbeat(world, agent_token, { callback_url: 'http://10.20.1.5:9999', agent_verify_ca: null });
    expect((await world.events()).map(({ message }) => message)).toContain(
      'The agent reports from http://10.20.1.5:9999.',
    );
  });
});

describe('a heartbeat', () => {
  it('is taken down while an operator holds the node, who sees by it whether the ramdisk still runs', async () => {
    const world = await createWorld();
    await world.store().nodes.update(uuidOf(world), { provision_state: 'manageable' });
    const steps = [{ interface: null, step: 'hold', args: {} }];
    await world.daemon().requestVerb(uuidOf(world), { verb: 'clean', steps });
    await world.untilTrue('hold', async () => (await world.node()).provision_state === 'clean hold');
    const heardAt = async (): Promise<number> =>
      Date.parse((await world.node()).agent?.last_heartbeat_at ?? '');
    const heldAt = world.clock.now();
    await world.clock.sleep(3_600_000);
    expect(await heardAt()).toBeGreaterThan(heldAt + 3_500_000);
  });

  it.each([
    ['a wrong token', { agent_token: 'x'.repeat(43) }, 'invalid_input'],
    ['an empty token', { agent_token: '' }, 'invalid_input'],
    ['a call-back URL of another scheme', { callback_url: 'file:///etc/passwd' }, 'invalid_input'],
    ['no URL', { callback_url: 'nonsense' }, 'invalid_input'],
    ['a call-back URL that colours', { callback_url: `${CALLBACK_URL}/\x1b[31m` }, 'invalid_input'],
    ['a call-back URL outside the PXE networks', { callback_url: 'https://192.0.2.7:9999' }, 'invalid_input'],
    ['a call-back URL to ourselves', { callback_url: 'https://127.0.0.1:8080' }, 'invalid_input'],
    ['ourselves in another spelling', { callback_url: 'https://2130706433:8080' }, 'invalid_input'],
    ['ourselves in IPv6', { callback_url: 'https://[::ffff:127.0.0.1]:8080' }, 'invalid_input'],
    ['a call-back URL with a host name', { callback_url: 'https://localhost:8080' }, 'invalid_input'],
    ['no certificate where one should be', { agent_verify_ca: 'nonsense' }, 'invalid_input'],
    ['none at all', { agent_verify_ca: null }, 'invalid_input'],
    ['a call-back URL without TLS', { callback_url: 'http://10.20.1.5:9999' }, 'invalid_input'],
  ])('with %s is refused', async (_what, more, code) => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await expect(heartbeat(world, agent_token, more)).rejects.toMatchObject({ code });
  });

  it('may say as much as it likes of its status, and a thousand characters of it are kept', async () => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await heartbeat(world, agent_token, { agent_status_message: 'x'.repeat(50_000) });
    const beat = (await world.events()).find(({ kind }) => kind === 'agent.heartbeat');
    expect(beat?.data.status).toBe('x'.repeat(1_000));
  });

  it('cannot colour with its status', async () => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await heartbeat(world, agent_token, { agent_status_message: '\x1b[31mwriting\r\nblocks' });
    const beat = (await world.events()).find(({ kind }) => kind === 'agent.heartbeat');
    expect(beat?.data.status).toBe('writing blocks');
  });

  it('is an event once in five minutes, so that a hold of a week leaves the node its history', async () => {
    const world = await createWorld({ nodes: () => ({ provision_state: 'manageable' }) });
    const steps = [{ interface: null, step: 'hold', args: {} }];
    await world.daemon().requestVerb(uuidOf(world), { verb: 'clean', steps });
    await world.untilTrue('held', async () => (await world.node()).provision_state === 'clean hold');
    const began = world.clock.elapsed();
    await world.untilTrue('an hour', () => world.clock.elapsed() - began > 3_600_000);
    const beats = (await world.events()).filter(({ kind }) => kind === 'agent.heartbeat');
    expect(beats.length).toBeGreaterThan(10);
    expect(beats.length).toBeLessThan(15);
    const last = Date.parse((await world.node()).agent?.last_heartbeat_at ?? '');
    expect(world.clock.now() - last).toBeLessThan(60_000);
  });

  it('may not change the call-back URL within one boot', async () => {
    const world = await booting();
    const { agent_token } = await lookup(world);
    await heartbeat(world, agent_token);
    await expect(
      heartbeat(world, agent_token, { callback_url: 'https://10.20.1.6:9999' }),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('an inventory that comes by itself', () => {
  const post = async (world: World, error: string | null = null, more: object = {}) =>
    await world.daemon().continueInspection({
      inventory: INVENTORY,
      boot_interface: null,
      error,
      plugin_data: {},
      nodeUuid: null,
      call: agentCall(await world.ticket()),
      wantsLookup: false,
      ...more,
    });

  it('reports a failure of any length, and a thousand characters of it are kept', async () => {
    const world = await booting('inspect');
    await post(world, 'x'.repeat(50_000));
    const { last_error } = await world.until(['inspect failed']);
    expect(last_error).toMatch(/failed inspection: x{1000}(?!x)/);
    const job = await world.store().jobs.lastOf(uuidOf(world));
    expect(JSON.stringify([job, await world.events()])).not.toMatch(/x{1001}/);
  });

  it('stands: another one for the same inspection is refused, the same once more changes nothing', async () => {
    const world = await booting('inspect');
    const call = agentCall(await world.ticket());
    await post(world, null, { call });
    const other = { ...INVENTORY, hostname: 'somebody else' };
    await expect(post(world, null, { inventory: other, call })).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('inspect it again'),
    });
    expect(await post(world, null, { call })).toEqual({ uuid: uuidOf(world), lookup: null });
    await world.until(['manageable']);
    expect((await world.store().inventories.get(uuidOf(world)))?.inventory).toEqual(INVENTORY);
    const told = (await world.events()).filter(({ kind }) => kind === 'agent.inventory');
    expect(told).toHaveLength(1);

    await world.daemon().requestVerb(uuidOf(world), { verb: 'inspect' });
    await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
    await post(world, null, { inventory: other });
    await world.until(['manageable']);
    expect((await world.store().inventories.get(uuidOf(world)))?.inventory).toEqual(other);
  });

  it('is found by uuid too', async () => {
    const world = await booting('inspect');
    const strange = { ...INVENTORY, interfaces: [] };
    await expect(post(world, null, { inventory: strange })).rejects.toMatchObject({
      code: 'not_found',
      message: 'Resource could not be found.',
    });
    const nodeUuid = uuidOf(world);
    expect(await post(world, null, { inventory: strange, nodeUuid })).toEqual({
      uuid: nodeUuid,
      lookup: null,
    });
  });

  it.each([
    { who: 'without a ticket', call: agentCall(null), why: /shows no ticket/ },
    { who: 'with a wrong ticket', call: agentCall('0'.repeat(64)), why: /not that of this boot/ },
  ])('is not believed $who: its NICs would become the node’s', async ({ call, why }) => {
    const world = await booting('inspect');
    await expect(post(world, null, { call })).rejects.toMatchObject({ code: 'forbidden' });
    const refused = (await world.events()).find(({ kind }) => kind === 'agent.refused');
    expect(refused?.message).toMatch(/^had an inventory from 10\.20\.1\.5 refused/);
    expect(refused?.message).toMatch(why);
    expect(await world.store().inventories.get(uuidOf(world))).toBeNull();
  });

  it('is judged and answered as the look-up that it may be, too', async () => {
    const asked: string[] = [];
    const holderOf = (address: string): Promise<AddressHolder> => {
      asked.push(address);
      return Promise.resolve({ kind: 'untold' });
    };
    const world = await begun('inspect', { holderOf });
    const { lookup: answer } = await post(world, null, { wantsLookup: true });
    expect(asked).toHaveLength(1);
    expect(answer).toMatchObject({
      agent_token: expect.stringMatching(/^[\w-]{43}$/),
      heartbeat_timeout: 60,
    });
    await heartbeat(world, answer?.agent_token ?? '');
    const told = (await world.events()).map(({ kind }) => kind);
    expect(told.filter((kind) => kind === 'agent.lookup' || kind === 'agent.inventory')).toEqual([
      'agent.lookup',
      'agent.inventory',
    ]);
  });

  it.each([
    ['it is not believed', 'inspect', agentCall(null)],
    ['its node is not inspected', 'provide', null],
  ] as const)('is no look-up either where %s', async (_, verb, strange) => {
    const world = await booting(verb);
    const call = strange ?? agentCall(await world.ticket());
    await expect(post(world, null, { wantsLookup: true, call })).rejects.toThrow();
    expect((await world.node()).agent?.looked_up_at ?? null).toBeNull();
  });

  it('completes the inspection without a look-up', async () => {
    const world = await booting('inspect');
    expect(await post(world)).toMatchObject({ uuid: uuidOf(world) });
    expect(await world.until(['manageable', 'inspect failed'])).toMatchObject({
      provision_state: 'manageable',
      properties: { cpus: 2 },
    });
  });

  it('with an error fails it, in the ramdisk’s words', async () => {
    const world = await booting('inspect');
    await post(world, 'no disks found');
    expect((await world.until(['inspect failed'])).last_error).toContain('no disks found');
  });

  it('is refused for a node that is not being inspected', async () => {
    await expect(post(await booting('provide'))).rejects.toMatchObject({ code: 'not_found' });
    await expect(post(await createWorld())).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the report of the operating system', () => {
  it('is taken with the token of this instance, and only that', async () => {
    const world = await createWorld();
    const uuid = uuidOf(world);
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    await world.until(['active']);
    const token = lcmToken(SECRET, { uuid, instance_generation: 1 });
    const old = lcmToken(SECRET, { uuid, instance_generation: 0 });
    await expect(world.daemon().lcmStatus(uuid, old, REPORT)).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await world.daemon().lcmStatus(uuid, token, REPORT);
    expect((await world.node()).lcm).toMatchObject(REPORT);
    expect((await world.daemon().why(uuid)).text).toContain('operating system reported "running" as web-1');
  });
});

describe('the report of an operating system whose instance is gone', () => {
  it('is refused: its token ends with the instance', async () => {
    const world = await createWorld();
    const uuid = uuidOf(world);
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    await world.daemon().requestVerb(uuid, { verb: 'active' });
    const token = lcmToken(SECRET, await world.until(['active']));
    await world.daemon().requestVerb(uuid, { verb: 'deleted' });
    await world.until(['available']);
    await expect(world.daemon().lcmStatus(uuid, token, REPORT)).rejects.toMatchObject({
      code: 'unauthorized',
    });
    expect((await world.node()).lcm).toBeNull();
  });
});
