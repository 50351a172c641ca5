/**
 * A restart, for machines that are never switched off. It is no state that can be asked for again until it is there:
 * journalled before it is sent, and where its answer was never heard the truth is asked of BMC and agent.
 */
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { agentOf } from './agent-command.ts';
import { soon } from './soon.ts';
import { untilOn } from './switch-power.ts';

/** So soon after a restart a machine is still in its firmware: another one spoils nothing. */
const IN_FIRMWARE_MS = 15_000;
/** A BMC that shows none after this, or an agent that answers still, tells that no restart came. */
const SHOWS_AFTER_MS = 60_000;

/**
 * One restart in the life of a step, then on. Null when the machine is on. A machine that somebody has switched off is
 * switched on: that starts it as well. `became`: of the one before, as `whatBecameOfRestart` tells.
 */
export async function untilRestarted(
  context: StepContext,
  deps: StepDeps,
  { became, how }: { readonly became: Became; readonly how: 'forced' | 'graceful' },
): Promise<StepOutcome | null> {
  if (became === 'in the air') return awaitsRestart(context);
  if (became !== 'given') {
    await deps.withBmc(context.node(), async (bmc) => {
      if ((await bmc.power()) === 'off') return;
      // Journalled first, with what the BMC tells of the start before: the machine's power shows no restart.
      const { restart_at: earlier = null } = context.scratch();
      const first = earlier === null ? { reset_before: await bmc.lastReset(context.signal) } : {};
      const asked = { restart_asked: true, restart_again: earlier !== null, restart_at: context.now() };
      await context.save({ ...asked, ...first });
      const doubt = await bmc.restart(how, context.signal).catch(async (error: unknown) => {
        // Nothing was sent; but an aborted call may have been cut off after that.
        if (!context.signal.aborted) await context.save({ restart_asked: false, restart_at: earlier });
        throw error;
      });
      if (doubt !== null) throw doubt;
    });
    await context.save({ restarted: true });
  }
  return await untilOn(context, deps);
}

/** While the BMC may be about to show the restart. */
export function awaitsRestart(context: StepContext): StepOutcome {
  return { kind: 'wait', for: 'the BMC to show whether the machine has restarted', pollMs: soon(context) };
}

export type Became = 'not asked' | 'in the air' | 'again' | 'given';

/**
 * Of a restart whose answer was never heard, because it was lost or ingot ended before. A ramdisk of this boot that has
 * looked its node up tells that it was obeyed; without one the machine has done nothing yet that another restart would
 * spoil. A system of its own must not lose its power in the middle of its first start: it is asked for once more at
 * most, where the BMC or the agent of before tells that the restart never came; where nobody tells, only at once.
 */
export async function whatBecameOfRestart(context: StepContext, deps: StepDeps): Promise<Became> {
  const { restart_asked, restarted, restart_at, restart_again } = context.scratch();
  if (restarted === true) return 'given';
  if (restart_asked !== true) return 'not asked';
  const { boot_intent, boot_generation, agent } = context.node();
  if (boot_intent === 'ramdisk') return agent?.generation === boot_generation ? 'given' : 'again';
  if (typeof restart_at !== 'number') return 'given';
  const came = await hasCome(context, deps);
  if (came === true) {
    await context.save({ restarted: true });
    return 'given';
  }
  const age = context.since(restart_at);
  if (came === false && age < SHOWS_AFTER_MS) return 'in the air';
  const mayAsk = came === false || age < IN_FIRMWARE_MS;
  return mayAsk && restart_again !== true ? 'again' : 'given';
}

/** Whether the restart has come; null where nobody can tell. */
async function hasCome(context: StepContext, deps: StepDeps): Promise<boolean | null> {
  const { reset_before: before } = context.scratch();
  if (typeof before === 'string') {
    const now = await deps.withBmc(context.node(), (bmc) => bmc.lastReset(context.signal));
    if (now !== null) return now !== before;
  }
  // The agent of the boot before: with the restart it ends, and its token with it.
  const answers = async (): Promise<boolean> => {
    await agentOf(context, deps).commands();
    return true;
  };
  return (await answers().catch(() => false)) ? false : null;
}

/** The note of a step that has started the machine, with what an operator has to know of a restart in doubt. */
export function startedNote(context: StepContext, note: string): string {
  const { restart_asked, restarted } = context.scratch();
  if (restart_asked !== true || restarted === true) return note;
  return `${note} Nobody knows whether its BMC has heard: where it has not restarted, ask for a reboot.`;
}
