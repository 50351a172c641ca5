/** Each stage of a ramdisk's boot has its own time: a machine that stops on the way is told of then, and where. */
import { describe, expect, it } from 'vitest';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import type { EventKind } from '../../src/store/event-kinds.ts';
import type { NodeRecord } from '../../src/store/records/node.ts';
import { createWorld, type World } from './fakes/world.ts';

const MINUTE = 60_000;
/** Each another, so that none is taken for its neighbour. */
const TIMES = {
  dhcp_s: 700,
  boot_program_s: 200,
  script_s: 130,
  kernel_s: 210,
  ramdisk_s: 190,
  lookup_s: 310,
  heartbeat_s: 90,
};
const CALLBACK_S = 3_600;

type Silent = {
  readonly world: World;
  readonly uuid: string;
  /** Milliseconds since the epoch. */
  readonly switchedOnAt: number;
  /** Milliseconds since the machine was switched on. */
  readonly on: () => number;
  see(kind: EventKind, more?: { readonly seenAt?: number }): Promise<void>;
  /** Lets time pass until so many milliseconds after power-on. */
  at(ms: number): Promise<void>;
};

/** A machine that was just switched on to be inspected, of which nothing is heard but what the test lets be seen. */
async function switchedOn(boot: object = TIMES): Promise<Silent> {
  const world = await createWorld({
    deps: { timeouts: timeoutsSchema.parse({ callback_s: CALLBACK_S, boot }) },
  });
  Object.assign(world.machines[0]?.faults ?? {}, { silent: true });
  const { uuid } = await world.node();
  await world.daemon().requestVerb(uuid, { verb: 'manage' });
  await world.until(['manageable']);
  await world.daemon().requestVerb(uuid, { verb: 'inspect' });
  await world.untilTrue('power-on', () => world.machines[0]?.power() === 'on');
  const switchedOnAt = Date.parse((await world.node()).boot_started_at ?? '');
  const start = world.clock.elapsed() - (world.clock.now() - switchedOnAt);
  const on = (): number => world.clock.elapsed() - start;
  return {
    world,
    uuid,
    on,
    switchedOnAt,
    see: async (kind, { seenAt = world.clock.now() } = {}) => {
      const data = { seen_at: new Date(seenAt).toISOString() };
      await world.store().events.append({ node_uuid: uuid, kind, message: `Fact ${kind}.`, data });
    },
    at: (ms) => world.untilTrue(`${ms} ms after power-on`, () => on() >= ms),
  };
}

/** The node when it has failed, and seconds from power-on to then. */
async function failure({
  world,
  on,
}: Silent): Promise<{ readonly node: NodeRecord; readonly after: number }> {
  await world.untilTrue('a failure', async () => (await world.node()).last_error !== null);
  const after = on() / 1000;
  return { node: await world.node(), after };
}

/** Steps look every ten seconds. */
const LOOKS_S = 12;

describe('a boot that ends', () => {
  it.each([
    { seen: [], limit: 'dhcp_s', missing: 'No DHCP request came' },
    { seen: ['dhcp.discover'], limit: 'dhcp_s', missing: 'No offer was made' },
    { seen: ['dhcp.offer'], limit: 'boot_program_s', missing: 'It did not take the offer' },
    { seen: ['dhcp.offer', 'dhcp.ack'], limit: 'boot_program_s', missing: 'No boot program was fetched' },
    { seen: ['dhcp.boot_file'], limit: 'boot_program_s', missing: 'No boot program was fetched' },
    { seen: ['dhcp.ack', 'tftp.request'], limit: 'boot_program_s', missing: 'The file did not arrive' },
    { seen: ['dhcp.ack', 'tftp.done'], limit: 'script_s', missing: 'did not ask what to boot' },
    { seen: ['boot.program', 'dhcp.ack'], limit: 'script_s', missing: 'did not ask what to boot' },
    { seen: ['tftp.done', 'boot.script'], limit: 'kernel_s', missing: 'The kernel was not fetched' },
    { seen: ['boot.script', 'boot.kernel'], limit: 'ramdisk_s', missing: 'initrd was not fetched' },
    {
      seen: ['boot.script', 'boot.kernel', 'boot.initrd', 'dhcp.ack'],
      limit: 'lookup_s',
      missing: 'The agent did not look its node up',
    },
    { seen: ['boot.initrd', 'agent.lookup'], limit: 'heartbeat_s', missing: 'No heartbeat followed' },
  ] as const)('after $seen fails when $limit is over, and says so', async ({ seen, limit, missing }) => {
    const machine = await switchedOn();
    await machine.at(seen.length === 0 ? 0 : MINUTE);
    for (const kind of seen) await machine.see(kind);
    const { node, after } = await failure(machine);
    const began = limit === 'dhcp_s' ? 0 : 60;
    expect(after).toBeGreaterThanOrEqual(began + TIMES[limit]);
    expect(after).toBeLessThanOrEqual(began + TIMES[limit] + LOOKS_S);
    expect(node.last_error).toContain(missing);
    expect(node.last_error).toContain(`timeouts.boot.${limit}`);
    expect(node.last_error).toContain('What to check: ');
  });

  it('is given its time anew by each stage that follows', async () => {
    const machine = await switchedOn();
    const walk: readonly EventKind[] = [
      ...(['dhcp.offer', 'tftp.done', 'boot.script', 'boot.kernel', 'boot.initrd'] as const),
      'agent.lookup',
    ];
    for (const [index, kind] of walk.entries()) {
      await machine.at((index + 1) * 80_000);
      await machine.see(kind);
    }
    const { after } = await failure(machine);
    expect(after).toBeGreaterThanOrEqual(walk.length * 80 + TIMES.heartbeat_s);
  });

  it('is not given it anew by what the same stage repeats', async () => {
    const machine = await switchedOn();
    for (let round = 0; round < 5; round++) {
      await machine.at((round + 1) * 30_000);
      for (const kind of ['dhcp.offer', 'dhcp.ack'] as const) await machine.see(kind);
    }
    const { node, after } = await failure(machine);
    expect(after).toBeLessThanOrEqual(30 + TIMES.boot_program_s + LOOKS_S);
    expect(node.last_error).toContain('timeouts.boot.boot_program_s');
  });

  it('is told of as it will be: why names the moment when the stage is over', async () => {
    const machine = await switchedOn();
    await machine.at(MINUTE);
    await machine.see('tftp.done');
    await machine.at(MINUTE + 20_000);
    const left = TIMES.script_s - (machine.on() - MINUTE) / 1000;
    const { text } = await machine.world.daemon().why(machine.uuid);
    const told = /The step fails at .*, in (?:(\d+) min ?)?(?:(\d+) s)?, if nothing happens/.exec(text);
    const seconds = Number(told?.[1] ?? 0) * 60 + Number(told?.[2] ?? 0);
    expect(Math.abs(seconds - left), text).toBeLessThanOrEqual(2);
  });
});

describe('the time of a stage', () => {
  it('does not run while the machine waits for its turn to load', async () => {
    const machine = await switchedOn();
    for (const kind of ['tftp.done', 'boot.script', 'boot.waits'] as const) await machine.see(kind);
    await machine.at(20 * MINUTE);
    expect((await machine.world.node()).provision_state).toBe('inspect wait');
    await machine.see('boot.kernel');
    const { node } = await failure(machine);
    expect(node.last_error).toContain('timeouts.boot.ramdisk_s');
  });

  it('begins anew where firmware begins anew after a script', async () => {
    const machine = await switchedOn();
    for (const kind of ['tftp.done', 'boot.script', 'boot.kernel'] as const) await machine.see(kind);
    await machine.at(2 * MINUTE);
    for (const kind of ['dhcp.ack', 'tftp.done'] as const) await machine.see(kind);
    const { node, after } = await failure(machine);
    expect(after).toBeGreaterThanOrEqual(120 + TIMES.script_s);
    expect(node.last_error).toContain('Last seen: a boot program sent to the machine');
  });

  it('is not begun by what the machine sent before it was switched off', async () => {
    const machine = await switchedOn();
    // The packet of a system that ran; its fact comes late.
    await machine.see('dhcp.ack', { seenAt: machine.switchedOnAt - 1 });
    const { node } = await failure(machine);
    expect(node.last_error).toContain('timeouts.boot.dhcp_s');
  });

  it('is begun by what the machine sends after a wall clock was set back', async () => {
    const machine = await switchedOn();
    await machine.at(MINUTE);
    machine.world.clock.setWall(-3 * 3_600_000);
    await machine.see('boot.script');
    const { node, after } = await failure(machine);
    expect(node.last_error).toContain('timeouts.boot.kernel_s');
    expect(after).toBeLessThanOrEqual(60 + TIMES.kernel_s + LOOKS_S);
  });

  it('goes on where ingot is started again, and leaves the machine five minutes to show itself', async () => {
    const machine = await switchedOn();
    await machine.at(MINUTE);
    // Of which far less than five minutes would be left; what followed meanwhile nobody saw.
    await machine.see('boot.kernel');
    await machine.at(2 * MINUTE);
    await machine.world.restart();
    const { node, after } = await failure(machine);
    expect(after).toBeGreaterThanOrEqual(120 + 300);
    expect(after).toBeLessThanOrEqual(120 + 300 + LOOKS_S);
    expect(node.last_error).toContain('timeouts.boot.ramdisk_s');
  });

  it('is no matter of the wall clock', async () => {
    const machine = await switchedOn();
    await machine.at(MINUTE);
    await machine.see('boot.script');
    await machine.at(MINUTE + 20_000);
    machine.world.clock.setWall(3 * 3_600_000);
    const { after } = await failure(machine);
    expect(after).toBeGreaterThanOrEqual(60 + TIMES.kernel_s);
    expect(after).toBeLessThanOrEqual(60 + TIMES.kernel_s + LOOKS_S);
  });

  it('never makes the whole boot longer than callback_s', async () => {
    const machine = await switchedOn({ ...TIMES, dhcp_s: 2 * CALLBACK_S });
    const { node, after } = await failure(machine);
    expect(after).toBeLessThanOrEqual(CALLBACK_S + LOOKS_S);
    expect(node.last_error).not.toContain('timeouts.boot');
  });
});

describe('times that are not configured', () => {
  const sum = (times: Readonly<Record<string, number>>): number =>
    Object.values(times).reduce((all, one) => all + one, 0);

  it.each([1_200, 1_800, 5_400])(
    'are shares of callback_s: together not more than its %i s',
    (callback_s) => {
      expect(sum(timeoutsSchema.parse({ callback_s }).boot)).toBeLessThanOrEqual(callback_s);
    },
  );

  it('give a large server twelve minutes for its self-test', () => {
    expect(timeoutsSchema.parse({}).boot).toMatchObject({ dhcp_s: 720, lookup_s: 300, heartbeat_s: 90 });
  });

  it('are a minute at least', () => {
    expect(Math.min(...Object.values(timeoutsSchema.parse({ callback_s: 60 }).boot))).toBe(60);
  });

  it('stand beside those that are', () => {
    expect(timeoutsSchema.parse({ boot: { lookup_s: 900 } }).boot).toMatchObject({
      lookup_s: 900,
      dhcp_s: 720,
    });
  });
});
