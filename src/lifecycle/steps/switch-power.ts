/** Power, asked for once and confirmed by asking again. Shared by every step that switches a machine. */
import type { Bmc } from '../../bmc/bmc.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { soon } from './soon.ts';

/** After this a request that shows no effect is made again: BMCs do forget them. */
const ASK_AGAIN_MS = 30_000;

/** Forced off, and confirmed. Null when the machine is off; else the outcome to answer. */
export async function untilOff(context: StepContext, deps: StepDeps): Promise<StepOutcome | null> {
  return await deps.withBmc(context.node(), async (bmc) => {
    if ((await bmc.power()) === 'off') return null;
    if (due(context, 'off_asked_at')) {
      await bmc.powerOff(context.signal);
      await context.save({ off_asked_at: context.now() });
      if ((await bmc.power()) === 'off') return null;
    }
    return { kind: 'wait', for: 'the BMC to show the machine as off', pollMs: soon(context) };
  });
}

/**
 * Presses the power button, once in the life of a step. Journaled first, so that it is not pressed twice when ingot is
 * killed in between: then nobody knows whether it was (`certain`). `at`: milliseconds since the epoch.
 */
export async function pressPowerButton(
  context: StepContext,
  bmc: Bmc,
): Promise<{ readonly at: number; readonly certain: boolean }> {
  const { button_at: before, button_pressed: pressed } = context.scratch();
  if (typeof before === 'number') return { at: before, certain: pressed === true };
  const at = context.now();
  await context.save({ button_at: at });
  await bmc.softPowerOff(context.signal).catch(async (error: unknown) => {
    await context.save({ button_at: null });
    throw error;
  });
  await context.save({ button_pressed: true });
  return { at, certain: true };
}

/** On, and confirmed. Null when the machine is on; else the outcome to answer. */
export async function untilOn(context: StepContext, deps: StepDeps): Promise<StepOutcome | null> {
  return await deps.withBmc(context.node(), async (bmc) => {
    if ((await bmc.power()) === 'on') return null;
    if (due(context, 'on_asked_at')) {
      await bmc.powerOn(context.signal);
      await context.save({ on_asked_at: context.now() });
      if ((await bmc.power()) === 'on') return null;
    }
    return { kind: 'wait', for: 'the BMC to show the machine as on', pollMs: soon(context) };
  });
}

function due(context: StepContext, fact: string): boolean {
  const asked = context.scratch()[fact];
  return typeof asked !== 'number' || context.since(asked) >= ASK_AGAIN_MS;
}
