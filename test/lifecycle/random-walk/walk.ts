/** A walk's world of fakes, and its moves made in it. */
import { randomUUID } from 'node:crypto';
import { refuseDelete } from '../../../src/api/ironic/nodes/node-rules.ts';
import { IngotError } from '../../../src/errors.ts';
import { allowedIn } from '../../../src/lifecycle/graph/verbs.ts';
import type { VerbRequest } from '../../../src/lifecycle/lifecycle.ts';
import type { AskedStep } from '../../../src/lifecycle/plans/asked-steps.ts';
import { VERBS, type Verb } from '../../../src/store/words.ts';
import type { Machine } from '../fakes/machine.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';
import { AWAY, FLASH, type Move, OFFERS, type Walk } from './moves.ts';
import { callOf } from './promises.ts';

const inBand = (step: string): AskedStep => ({ interface: 'deploy', step, args: {} });
const hold: AskedStep = { interface: null, step: 'hold', args: {} };
const pause: AskedStep = { interface: null, step: 'wait', args: { seconds: 30 } };
const flash = { ...FLASH, args: {} };
const rebootChildren: AskedStep = { interface: null, step: 'reboot', args: {}, onChildren: { only: null } };

const STEPS: Readonly<Record<'clean' | 'service', readonly (readonly AskedStep[])[]>> = {
  clean: [
    [inBand('erase_devices_metadata'), pause, hold],
    [flash, inBand('erase_devices')],
    [rebootChildren, pause, inBand('erase_devices_metadata')],
  ],
  service: [[inBand('burnin_cpu')], [inBand('burnin_cpu'), hold, pause, inBand('burnin_cpu')], [flash]],
};

/** Those that need no ramdisk. */
const PLAIN: readonly (readonly AskedStep[])[] = [
  [{ interface: null, step: 'reboot', args: {} }, pause],
  [hold, { interface: null, step: 'reboot', args: {} }],
];

function asked(verb: Verb, pick: number): VerbRequest {
  if (verb === 'clean' || verb === 'service') {
    const lists = [...STEPS[verb], ...PLAIN];
    const at = pick % lists.length;
    return { verb, steps: lists[at] ?? [], withoutRamdisk: at >= STEPS[verb].length };
  }
  if (verb === 'active' || verb === 'rebuild')
    return pick % 2 === 0 ? { verb } : { verb, deploySteps: [{ ...flash, priority: 90 }] };
  return verb === 'rescue' ? { verb, rescuePassword: 'open-sesame' } : { verb };
}

/** The world that a walk begins in. */
export async function worldOf({ from, neverOff, kin, tellsResets, rules }: Walk): Promise<World> {
  const tell = (what: string): void => {
    for (const { history } of world.machines) history.push(what);
  };
  const world: World = await createWorld({
    // Each call of a step stands in the history of what it does.
    deps: { hooks: { boundary: ({ jobId, step }) => tell(callOf(jobId, step)) } },
    machines: kin ? 2 : 1,
    nodes: (index, machines) => ({
      provision_state: from,
      disable_power_off: neverOff,
      ...(from === 'enroll' ? {} : { instance_info: DEPLOYABLE, power_state: 'power on' as const }),
      ...(index === 1 ? { parent_node: machines[0]?.uuid ?? null } : {}),
    }),
  });
  if (rules !== 'none') {
    const sort = { op: 'set-attribute', args: { path: 'resource_class', value: 'sorted' } };
    const actions = rules === 'sort' ? [sort] : [sort, { op: 'fail', args: { msg: 'wrong machine' } }];
    await world.store().inspectionRules.insert({ uuid: randomUUID(), description: rules, actions });
  }
  for (const machine of world.machines) {
    Object.assign(machine.faults, { offers: OFFERS, stepMs: 60_000, tellsResets });
    if (from !== 'enroll') await machine.bmc.powerOn();
  }
  return world;
}

/** A request may be refused, and one to a daemon that dies is never answered; a defect it must not meet. */
function send(request: Promise<void>): void {
  request.catch((error: unknown) => {
    if (!(error instanceof IngotError) || error.code === 'internal') throw error;
  });
}

async function ask(
  world: World,
  machine: Machine,
  { verb, pick }: { verb: Verb; pick: number },
): Promise<void> {
  if (verb === 'active' || verb === 'rebuild')
    await world.store().nodes.update(machine.uuid, { instance_info: DEPLOYABLE });
  send(world.daemon().requestVerb(machine.uuid, asked(verb, pick)));
}

/** As the API does it: in maintenance also under the node's job, else only where its state allows. */
async function enrollAnew(world: World, { uuid, mac }: Machine): Promise<void> {
  const node = await world.store().transaction(async (queries) => {
    const found = await queries.nodes.get(uuid);
    if (found === null || (await queries.nodes.list({ parent_node: uuid })).length > 0) return null;
    if (!found.maintenance && (await queries.jobs.runningOf(uuid)) !== null) return null;
    try {
      refuseDelete(found);
    } catch {
      return null;
    }
    await queries.nodes.delete(uuid);
    await queries.events.append({ node_uuid: uuid, kind: 'node.deleted', message: 'It was deleted.' });
    return found;
  });
  if (node === null) return;
  const { driver, name, disable_power_off, parent_node } = node;
  await world.store().nodes.insert({ uuid, driver, name, disable_power_off, parent_node });
  await world.store().ports.insert({ uuid: randomUUID(), node_uuid: uuid, address: mac });
}

export async function make(world: World, machine: Machine, one: Move): Promise<void> {
  switch (one.do) {
    case 'ask':
      return await ask(world, machine, one);
    case 'go on': {
      const { provision_state } = await world.node(machine);
      const verbs = VERBS.filter((verb) => allowedIn(verb).includes(provision_state));
      const verb = verbs[one.pick % verbs.length];
      const pick = Math.floor(one.pick / Math.max(1, verbs.length));
      return verb === undefined ? undefined : await ask(world, machine, { verb, pick });
    }
    case 'switch':
      return send(world.daemon().requestPower(machine.uuid, one.power));
    case 'kill':
      return await world.restart({ dead: false, at: one.after, when: one.when });
    case 'set clock':
      return world.clock.setWall(one.byMs);
    case 'ask in vain':
      Object.assign(machine.faults, { bmc: AWAY });
      return await ask(world, machine, { verb: one.verb, pick: 0 });
    case 'maintain':
      await world.store().nodes.update(machine.uuid, { maintenance: one.on, fault: null });
      return;
    case 'delete':
      return await enrollAnew(world, machine);
    case 'break':
      Object.assign(machine.faults, one.faults);
  }
}
