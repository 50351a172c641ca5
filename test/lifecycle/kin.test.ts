/** Nodes that are parts of others (`parent_node`): a child runs on its parent's power. */
import { describe, expect, it } from 'vitest';
import type { LifecycleDeps } from '../../src/lifecycle/deps.ts';
import type { AskedStep } from '../../src/lifecycle/plans/asked-steps.ts';
import type { NodePatch } from '../../src/store/store.ts';
import type { Machine } from './fakes/machine.ts';
import { createWorld, type World } from './fakes/world.ts';

type Family = {
  readonly world: World;
  readonly parent: Machine;
  readonly child: Machine;
  readonly other: Machine;
};

/** All three manageable, the other child on a power supply of its own. */
async function family(on: boolean, deps: Partial<LifecycleDeps> = {}): Promise<Family> {
  const world = await createWorld({ machines: 3, deps });
  const [parent, child, other] = world.machines;
  if (parent === undefined || child === undefined || other === undefined) throw new Error('no machines');
  const power_state = on ? 'power on' : 'power off';
  const set = async (machine: Machine, patch: NodePatch): Promise<void> => {
    if (on) await machine.bmc.powerOn();
    machine.history.length = 0;
    await world.store().nodes.update(machine.uuid, { provision_state: 'manageable', power_state, ...patch });
  };
  await set(parent, {});
  await set(child, { parent_node: parent.uuid });
  const own = { driver_info: { has_dedicated_power_supply: true } };
  await set(other, { parent_node: parent.uuid, ...own });
  return { world, parent, child, other };
}

const ended = (world: World, { uuid }: Machine): Promise<void> =>
  world.untilTrue('the job ends', async () => (await world.store().jobs.runningOf(uuid)) === null);

const busy = async (world: World, { uuid }: Machine): Promise<void> => {
  await world.store().jobs.insert({ node_uuid: uuid, verb: 'clean', steps: [{ name: 'hold', args: {} }] });
};

describe('a node with parts', () => {
  it('has them switched off before it even where jobs have no slot left but its own', async () => {
    const limits = { jobs: 1, power_actions: 1, image_writes: 1 };
    const { world, parent, child } = await family(true, { limits });
    await world.daemon().requestVerb(parent.uuid, { verb: 'inspect' });
    await world.until(['manageable', 'inspect failed'], parent);
    expect(await world.node(parent)).toMatchObject({ provision_state: 'manageable', last_error: null });
    expect(child.power()).toBe('off');
  });

  it.each(['power off', 'soft power off'] as const)(
    'goes "%s" after those that run on its power',
    async (target) => {
      const { world, parent, child, other } = await family(true);
      await world.daemon().requestPower(parent.uuid, target);
      await world.untilTrue('a part is off', () => child.power() === 'off');
      expect(parent.power()).toBe('on');
      await ended(world, parent);
      expect([parent, child, other].map((one) => one.power())).toEqual(['off', 'off', 'on']);
      expect(await world.node(child)).toMatchObject({ power_state: 'power off' });
    },
  );

  it('switches them off too before it is cleaned, and leaves them alone when it reboots', async () => {
    const { world, parent, child } = await family(true);
    await world.daemon().requestPower(parent.uuid, 'rebooting');
    await ended(world, parent);
    expect(child.history).toEqual([]);
    await world.daemon().requestVerb(parent.uuid, { verb: 'provide' });
    await world.until(['available', 'clean failed'], parent);
    expect(child.history).toEqual(['off']);
  });

  it('is refused its power off in Ironic’s words while a part has a job', async () => {
    const { world, parent, child } = await family(true);
    await busy(world, child);
    await expect(world.daemon().requestPower(parent.uuid, 'power off')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`Node ${parent.uuid} child_node ${child.uuid} is presently locked`),
      hint: expect.stringContaining('The job "clean" works on machine-1.'),
    });
  });

  it('fails, and stays on, when a part cannot be switched off', async () => {
    const { world, parent, child } = await family(true);
    await world.store().nodes.update(child.uuid, { disable_power_off: true });
    await world.daemon().requestPower(parent.uuid, 'power off');
    await ended(world, parent);
    expect((await world.node(parent)).last_error).toContain('Failed to set node power state to power off.');
    expect(parent.power()).toBe('on');
  });
});

describe('a node that is a part of another', () => {
  it('has that one switched on before itself', async () => {
    const { world, parent, child } = await family(false);
    await world.daemon().requestPower(child.uuid, 'power on');
    await world.untilTrue('the parent is on', () => parent.power() === 'on');
    expect(child.power()).toBe('off');
    await ended(world, child);
    expect(child.power()).toBe('on');
  });

  it('boots alone on a power supply of its own', async () => {
    const { world, parent, other } = await family(false);
    await world.daemon().requestPower(other.uuid, 'power on');
    await ended(world, other);
    expect([parent.power(), other.power()]).toEqual(['off', 'on']);
  });

  it('does not take somebody else’s job of its parent for the power that it needs', async () => {
    const { world, parent, child } = await family(false);
    await world.daemon().requestVerb(child.uuid, { verb: 'inspect' });
    // Somebody switches the parent off as soon as it is on.
    await world.untilTrue('the parent is on', () => parent.power() === 'on');
    await parent.bmc.powerOff();
    await world.until(['manageable', 'inspect failed'], child);
    expect(parent.power()).toBe('on');
    expect((await world.node(child)).provision_state).toBe('manageable');
  });

  it('goes on beside a parent that is on, whatever is done with that one, and the parent after it', async () => {
    const { world, parent, child } = await family(true);
    await world.daemon().requestVerb(child.uuid, { verb: 'inspect' });
    await world.daemon().requestVerb(parent.uuid, { verb: 'provide' });
    expect(await world.until(['manageable', 'inspect failed'], child)).toMatchObject({
      provision_state: 'manageable',
    });
    expect(await world.until(['available', 'clean failed'], parent)).toMatchObject({
      provision_state: 'available',
    });
  });

  it('names the other node in its why while it waits for it', async () => {
    const { world, parent, child } = await family(true);
    await busy(world, child);
    await world.daemon().requestVerb(parent.uuid, { verb: 'provide' });
    const why = async (): Promise<string> => (await world.daemon().why(parent.uuid)).text;
    await world.untilTrue('the parent waits', async () => (await why()).includes('of node machine-1 to end'));
    expect(await why()).toContain('What keeps the nodes that are parts of it?');
  });

  it('is refused in Ironic’s words while its parent is off and has a job', async () => {
    const { world, parent, child } = await family(false);
    await busy(world, parent);
    await expect(world.daemon().requestPower(child.uuid, 'power on')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`Node ${child.uuid} parent_node ${parent.uuid} is presently locked`),
    });
  });

  it('has its parent on before its ramdisk boots, also when the daemon is killed meanwhile', async () => {
    const { world, parent, child } = await family(false);
    await world.daemon().requestVerb(child.uuid, { verb: 'inspect' });
    await world.untilTrue('the parent is on', () => parent.power() === 'on');
    await world.restart();
    expect(await world.until(['manageable', 'inspect failed'], child)).toMatchObject({
      provision_state: 'manageable',
    });
    expect(parent.history).toEqual(['on disk']);
    expect(child.history).toEqual(['on pxe', 'off']);
  });
});

describe('steps for child nodes', () => {
  const onChildren = (step: string, only: readonly string[] | null = null) => [
    { interface: null, step, args: {}, onChildren: { only } },
  ];

  it('switch all children, or those that are named, and not the node', async () => {
    const { world, parent, child, other } = await family(true);
    const request = { verb: 'clean', withoutRamdisk: true } as const;
    await world.daemon().requestVerb(parent.uuid, { ...request, steps: onChildren('power_off') });
    await world.until(['manageable', 'clean failed'], parent);
    expect([parent, child, other].map((one) => one.power())).toEqual(['on', 'off', 'off']);
    await world.daemon().requestVerb(parent.uuid, { ...request, steps: onChildren('reboot', [other.uuid]) });
    await world.until(['manageable', 'clean failed'], parent);
    expect(other.history).toEqual(['off', 'on disk']);
    expect([parent.history, child.history]).toEqual([[], ['off']]);
  });

  it('are power steps only: no agent runs there', async () => {
    const { world, parent } = await family(true);
    const steps = onChildren('erase_devices');
    await expect(world.daemon().requestVerb(parent.uuid, { verb: 'clean', steps })).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringMatching(
        /^On child nodes there are: power_on, power_off, reboot\. All others need an agent/,
      ),
    });
  });

  it.each(['hold', 'wait'])('are not "%s", which is for the node itself', async (step) => {
    const { world, parent } = await family(true);
    const asked = world.daemon().requestVerb(parent.uuid, { verb: 'clean', steps: onChildren(step) });
    await expect(asked).rejects.toMatchObject({
      code: 'invalid_input',
      message: `The clean step "${step}" cannot be executed on child nodes`,
      hint: 'It is for the node itself: leave execute_on_child_nodes out.',
    });
  });

  it('are refused at once, and not in the middle, for a node that is no child', async () => {
    const { world, parent, child } = await family(true);
    const steps = [...onChildren('reboot'), ...onChildren('power_off', [child.uuid, parent.uuid])];
    await expect(world.daemon().requestVerb(parent.uuid, { verb: 'clean', steps })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(`node ${parent.uuid}: it is no child of node ${parent.uuid}`),
    });
    expect((await world.node(parent)).provision_state).toBe('manageable');
  });

  it('so are a power_off of a child that must not go off, and none of one that may', async () => {
    const { world, parent, child, other } = await family(true);
    await world.store().nodes.update(child.uuid, { disable_power_off: true });
    const request = (only: readonly string[] | null) =>
      world.daemon().requestVerb(parent.uuid, {
        verb: 'clean',
        withoutRamdisk: true,
        steps: onChildren('power_off', only),
      });
    await expect(request(null)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('Node machine-1 has disable_power_off'),
    });
    await request([other.uuid]);
    await world.until(['manageable', 'clean failed'], parent);
    expect([child, other].map((one) => one.power())).toEqual(['on', 'off']);
  });

  it.each(['power_on', 'reboot'])('so is "%s" of a child whose parent is off by then', async (step) => {
    const { world, parent, other } = await family(false);
    const own = (name: string) => [{ interface: null, step: name, args: {} }];
    const request = (steps: readonly AskedStep[]) =>
      world.daemon().requestVerb(parent.uuid, { verb: 'clean', withoutRamdisk: true, steps });
    const message = expect.stringContaining('it runs on the power of its parent, which is off by then');
    await expect(request(onChildren(step))).rejects.toMatchObject({ message });
    const later = [...own('power_on'), ...own('power_off'), ...onChildren(step)];
    await expect(request(later)).rejects.toMatchObject({ message });
    // Neither of these needs more than there is.
    await request(onChildren(step, [other.uuid]));
    expect((await world.until(['manageable', 'clean failed'], parent)).last_error).toBeNull();
    await request([...own('power_on'), ...onChildren(step)]);
    expect((await world.until(['manageable', 'clean failed'], parent)).last_error).toBeNull();
    expect(world.machines.map((one) => one.power())).toEqual(['on', 'on', 'on']);
  });

  it('are done for a parent whose own steps are only pretended', async () => {
    const { world, parent, child } = await family(true);
    await world.store().nodes.update(parent.uuid, { driver: 'fake-hardware' });
    const steps = onChildren('power_off');
    await world.daemon().requestVerb(parent.uuid, { verb: 'clean', steps });
    await world.until(['manageable', 'clean failed'], parent);
    expect([parent.history, child.power()]).toEqual([[], 'off']);
  });
});
