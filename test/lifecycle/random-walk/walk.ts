/** What may happen on a walk, and to which nodes: drawn by chance, made in a world of fakes. */
import fc from 'fast-check';
import { IngotError } from '../../../src/errors.ts';
import { allowedIn } from '../../../src/lifecycle/graph/verbs.ts';
import type { VerbRequest } from '../../../src/lifecycle/lifecycle.ts';
import type { AskedStep } from '../../../src/lifecycle/plans/asked-steps.ts';
import { POWER_TARGETS, type PowerTarget, VERBS, type Verb } from '../../../src/store/words.ts';
import type { Machine, MachineFaults } from '../fakes/machine.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

type Move =
  /** `pick`: with which steps. */
  | { readonly do: 'ask'; readonly verb: Verb; readonly pick: number }
  /** One of the verbs that the node's state has, by chance. */
  | { readonly do: 'go on'; readonly pick: number }
  | { readonly do: 'switch'; readonly power: PowerTarget }
  | { readonly do: 'kill'; readonly after: number; readonly when: 'before' | 'after' }
  | { readonly do: 'set clock'; readonly byMs: number }
  | { readonly do: 'break'; readonly faults: MachineFaults }
  /** The verb for a machine whose BMC is gone. */
  | { readonly do: 'ask in vain'; readonly verb: Verb };

/** `of`: which machine, of two; `turns`: of the event loop, before the next move. */
type Turn = { readonly of: number; readonly move: Move; readonly turns: number };

export type Walk = {
  readonly from: 'enroll' | 'active' | 'rescue';
  readonly neverOff: boolean;
  /** Two nodes, the second of which runs on the first one's power. */
  readonly kin: boolean;
  readonly moves: readonly Turn[];
};

const AWAY = new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
const BROKEN = { type: 'Broken', details: 'the disk is gone' };
export const WELL: MachineFaults = { bmc: null, silent: false, lostRestart: false, commands: {} };
const FAULTS: readonly MachineFaults[] = [
  WELL,
  { bmc: AWAY },
  { silent: true },
  { lostRestart: true },
  { commands: { execute_clean_step: BROKEN, execute_deploy_step: BROKEN, finalize_rescue: BROKEN } },
];

/** What no agent lets be cut, and a boot follows. */
export const FLASH = { interface: 'firmware', step: 'flash_bios' } as const;
const OFFERS = [{ ...FLASH, priority: 0, abortable: false, reboot_requested: true }];

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), verb: fc.constantFrom(...VERBS), pick: fc.nat() }),
  { weight: 8, arbitrary: fc.record({ do: fc.constant('go on' as const), pick: fc.nat() }) },
  fc.record({ do: fc.constant('switch' as const), power: fc.constantFrom(...POWER_TARGETS) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      after: fc.integer({ min: 1, max: 20 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  fc.record({
    do: fc.constant('set clock' as const),
    byMs: fc.integer({ min: -86_400_000, max: 86_400_000 }),
  }),
  fc.record({ do: fc.constant('break' as const), faults: fc.constantFrom(...FAULTS) }),
  fc.record({
    do: fc.constant('ask in vain' as const),
    verb: fc.constantFrom('deleted' as const, 'adopt' as const, 'unrescue' as const),
  }),
);

export const walks: fc.Arbitrary<Walk> = fc.record({
  from: fc.constantFrom('enroll' as const, 'active' as const, 'rescue' as const),
  neverOff: fc.boolean(),
  kin: fc.boolean(),
  // Short ones too, so that a move comes in the middle of what the one before it has begun.
  moves: fc.array(fc.record({ of: fc.nat(1), move, turns: fc.oneof(fc.nat(100), fc.nat(1_500)) }), {
    minLength: 4,
    maxLength: 30,
  }),
});

const inBand = (step: string): AskedStep => ({ interface: 'deploy', step, args: {} });
const hold: AskedStep = { interface: null, step: 'hold', args: {} };
const pause: AskedStep = { interface: null, step: 'wait', args: { seconds: 30 } };
const flash = { ...FLASH, args: {} };
const wait: AskedStep = { interface: null, step: 'wait', args: { seconds: 30 } };
const rebootChildren: AskedStep = { interface: null, step: 'reboot', args: {}, onChildren: { only: null } };

const STEPS: Readonly<Record<'clean' | 'service', readonly (readonly AskedStep[])[]>> = {
  clean: [
    [inBand('erase_devices_metadata'), pause, hold],
    [flash, inBand('erase_devices')],
    [rebootChildren, wait, inBand('erase_devices_metadata')],
  ],
  service: [[inBand('burnin_cpu')], [inBand('burnin_cpu'), hold, inBand('burnin_cpu')], [flash]],
};

function asked(verb: Verb, pick: number): VerbRequest {
  if (verb === 'clean' || verb === 'service') {
    const lists = STEPS[verb];
    return { verb, steps: lists[pick % lists.length] ?? [] };
  }
  if (verb === 'active' || verb === 'rebuild')
    return pick % 2 === 0 ? { verb } : { verb, deploySteps: [{ ...flash, priority: 90 }] };
  return verb === 'rescue' ? { verb, rescuePassword: 'open-sesame' } : { verb };
}

/** The world that a walk begins in. */
export async function worldOf({ from, neverOff, kin }: Walk): Promise<World> {
  const world = await createWorld({
    machines: kin ? 2 : 1,
    nodes: (index, machines) => ({
      provision_state: from,
      disable_power_off: neverOff,
      ...(from === 'enroll' ? {} : { instance_info: DEPLOYABLE, power_state: 'power on' as const }),
      ...(index === 1 ? { parent_node: machines[0]?.uuid ?? null } : {}),
    }),
  });
  for (const machine of world.machines) {
    Object.assign(machine.faults, { offers: OFFERS, stepMs: 60_000 });
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
    case 'break':
      Object.assign(machine.faults, one.faults);
  }
}
