/** What may happen on a walk, and to which nodes: drawn by chance. */
import fc from 'fast-check';
import { IngotError } from '../../../src/errors.ts';
import { POWER_TARGETS, type PowerTarget, VERBS, type Verb } from '../../../src/store/words.ts';
import type { MachineFaults } from '../fakes/machine-faults.ts';

export type Move =
  /** `pick`: with which steps. */
  | { readonly do: 'ask'; readonly verb: Verb; readonly pick: number }
  /** One of the verbs that the node's state has, by chance. */
  | { readonly do: 'go on'; readonly pick: number }
  | { readonly do: 'switch'; readonly power: PowerTarget }
  | { readonly do: 'kill'; readonly after: number; readonly when: 'before' | 'after' }
  | { readonly do: 'set clock'; readonly byMs: number }
  | { readonly do: 'break'; readonly faults: MachineFaults }
  /** The verb for a machine whose BMC is gone. */
  | { readonly do: 'ask in vain'; readonly verb: Verb }
  /** Maintenance on or off, whatever is under way. */
  | { readonly do: 'maintain'; readonly on: boolean }
  /** Deleted, in maintenance where its state would not allow it, and enrolled anew. */
  | { readonly do: 'delete' };

/** `of`: which machine, of two; `turns`: of the event loop, before the next move. */
type Turn = { readonly of: number; readonly move: Move; readonly turns: number };

export type Walk = {
  readonly from: 'enroll' | 'active' | 'rescue';
  readonly neverOff: boolean;
  /** Two nodes, the second of which runs on the first one's power. */
  readonly kin: boolean;
  /** The BMCs tell when their machines were last reset. */
  readonly tellsResets: boolean;
  /** What the rules say of each machine that is inspected. */
  readonly rules: 'none' | 'sort' | 'fail';
  readonly moves: readonly Turn[];
};

export const AWAY = new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
const BROKEN = { type: 'Broken', details: 'the disk is gone' };
export const WELL: MachineFaults = {
  bmc: null,
  silent: false,
  lostRestart: false,
  lostAnswers: false,
  commands: {},
};
const FAULTS: readonly MachineFaults[] = [
  WELL,
  { bmc: AWAY },
  { silent: true },
  { lostRestart: true },
  { lostAnswers: true },
  { lostAnswers: true, lostRestart: true },
  { commands: { execute_clean_step: BROKEN, execute_deploy_step: BROKEN, finalize_rescue: BROKEN } },
];

/** What no agent lets be cut, and a boot follows. */
export const FLASH = { interface: 'firmware', step: 'flash_bios' } as const;
export const OFFERS = [{ ...FLASH, priority: 0, abortable: false, reboot_requested: true }];

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
    do: fc.constant('ask' as const),
    verb: fc.constantFrom('abort' as const, 'unhold' as const),
    pick: fc.nat(),
  }),
  fc.record({ do: fc.constant('maintain' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('delete' as const) }),
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
  tellsResets: fc.boolean(),
  rules: fc.constantFrom('none' as const, 'sort' as const, 'fail' as const),
  // Short ones too, so that a move comes in the middle of what the one before it has begun.
  moves: fc.array(fc.record({ of: fc.nat(1), move, turns: fc.oneof(fc.nat(100), fc.nat(1_500)) }), {
    minLength: 4,
    maxLength: 30,
  }),
});
