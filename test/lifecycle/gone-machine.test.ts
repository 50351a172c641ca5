/** What a machine's BMC shows while its agent is silent, look by look, and whether the machine counts as gone. */
import { expect, test } from 'vitest';
import type { BmcPower } from '../../src/bmc/bmc.ts';
import { systemClock } from '../../src/clock.ts';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { IngotError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import type { WithBmc } from '../../src/lifecycle/deps.ts';
import { goneMachine } from '../../src/lifecycle/steps/gone-machine.ts';
import { createLog } from '../../src/log.ts';
import { createWorld } from './fakes/world.ts';

/** Seconds since the agent was last heard, and what the BMC shows then. */
type Look = readonly [number, BmcPower | 'nothing'];

/** The reason that each look gives; null: it may still be at work. */
async function looks(given: readonly Look[]): Promise<readonly (string | null)[]> {
  const world = await createWorld();
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  const node = await world.node();
  let scratch: JsonObject = {};
  let now = 0;
  const context = {
    node: () => node,
    job: { step_started_at: new Date(0).toISOString() },
    scratch: () => scratch,
    save: async (more: JsonObject) => {
      scratch = { ...scratch, ...more };
    },
    now: () => now,
    since: (moment: number) => now - moment,
    signal: new AbortController().signal,
    log: createLog('silent'),
  };
  const { store } = world;
  const timeouts = timeoutsSchema.parse({});
  const told: (string | null)[] = [];
  for (const [second, shown] of given) {
    now = second * 1_000;
    machine.bmc.power = async () => {
      if (shown === 'nothing')
        throw new IngotError('bmc_unreachable', 'The BMC does not answer.', { hint: 'Look at it.' });
      return shown;
    };
    const withBmc: WithBmc = (_node, work) => work(machine.bmc);
    const deps = { store: store(), clock: systemClock, timeouts, withBmc };
    told.push((await goneMachine(context, deps, now))?.because ?? null);
  }
  return told;
}

const OFF = 'the machine is off, and its agent was at work';

test.each<{ readonly what: string; readonly given: readonly Look[]; readonly gone: readonly boolean[] }>([
  {
    what: 'on',
    given: [
      [70, 'on'],
      [80, 'on'],
    ],
    gone: [false, false],
  },
  {
    what: 'off for half a minute',
    given: [
      [60, 'off'],
      [70, 'off'],
      [90, 'off'],
    ],
    gone: [false, false, true],
  },
  {
    what: 'not looked at before a minute of silence',
    given: [
      [50, 'off'],
      [85, 'off'],
    ],
    gone: [false, false],
  },
  {
    what: 'off for a moment, again and again',
    given: [
      [60, 'off'],
      [80, 'on'],
      [100, 'off'],
      [120, 'on'],
      [140, 'off'],
    ],
    gone: [false, false, false, false, false],
  },
  {
    what: 'off and on its way',
    given: [
      [60, 'off'],
      [90, 'turning-on'],
      [100, 'off'],
    ],
    gone: [false, false, false],
  },
  {
    what: 'not told',
    given: [
      [60, 'nothing'],
      [120, 'nothing'],
    ],
    gone: [false, false],
  },
  {
    what: 'off, and not told for a moment',
    given: [
      [60, 'off'],
      [80, 'nothing'],
      [100, 'off'],
    ],
    gone: [false, false, true],
  },
])('$what', async ({ given, gone }) => {
  expect(await looks(given)).toEqual(gone.map((isGone) => (isGone ? OFF : null)));
});
