/** Power, asked for once and confirmed by asking again. Shared by every step that switches a machine. */
import type { Bmc, BootDevice } from '../../bmc/bmc.ts';
import { wantedBootMode, wantedSecureBoot } from '../capabilities.ts';
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

/**
 * Off, the device of the next boot chosen, on; or a restart, where the power stays on. The device is chosen once in the
 * life of the step: chosen again after the machine has started, it would be left over for a later boot. Null when the
 * machine is on.
 */
export async function startFrom(
  context: StepContext,
  deps: StepDeps,
  device: BootDevice,
): Promise<StepOutcome | null> {
  const restarts = context.node().disable_power_off;
  if (context.scratch().boot_device !== device || isRestartInDoubt(context)) {
    const wait = restarts ? null : await untilOff(context, deps);
    if (wait !== null) return wait;
    const secureBoot = await deps.withBmc(context.node(), async (bmc) => {
      const secure = await settleSecureBoot(context, bmc);
      await bmc.setBootOnce(device, wantedBootMode(context.node()), context.signal);
      return secure;
    });
    const changed = context.node().secure_boot !== secureBoot;
    // What was seen of the machine before was of another boot.
    const isCounted = context.scratch().generation !== undefined;
    const started = isCounted ? { boot_started_at: new Date(context.now()).toISOString() } : {};
    const chosen = { boot_device: device, restart_asked: false };
    await context.save(chosen, { secure_boot: secureBoot, ...started });
    // The loader depends on it where nobody has asked for one or the other.
    if (changed) await deps.publishBoot(context.node().uuid);
  }
  return restarts ? await untilRestarted(context, deps) : await untilOn(context, deps);
}

/**
 * Has Secure Boot switched on where the node asks for it and the BMC shows it off; it is never switched off. Returns
 * what the BMC shows; null where it says nothing: then the firmware's own set-up decides.
 */
async function settleSecureBoot(context: StepContext, bmc: Bmc): Promise<boolean | null> {
  const shown = await bmc.secureBoot();
  const node = context.node();
  if (shown !== false || wantedSecureBoot(node) !== true || wantedBootMode(node) === 'bios') return shown;
  await bmc.setSecureBoot(true, context.signal);
  return true;
}

/**
 * One restart in the life of a step, then on. Null when the machine is on. A machine that somebody has switched off is
 * switched on: that starts it as well.
 */
export async function untilRestarted(
  context: StepContext,
  deps: StepDeps,
  how: 'forced' | 'graceful' = 'forced',
): Promise<StepOutcome | null> {
  if (!isRestarted(context)) {
    await deps.withBmc(context.node(), async (bmc) => {
      if ((await bmc.power()) === 'off') return;
      // Journaled first: whether a restart came cannot be read from the machine's power.
      const again = context.scratch().restart_at !== undefined;
      const at = again ? {} : { restart_at: context.now() };
      await context.save({ restart_asked: true, restart_again: again, ...at });
      const doubt = await bmc.restart(how, context.signal).catch(async (error: unknown) => {
        // An aborted call may have been cut off after it was sent.
        if (!context.signal.aborted) await context.save({ restart_asked: false });
        throw error;
      });
      if (doubt !== null) throw doubt;
    });
    await context.save({ restarted: true });
  }
  return await untilOn(context, deps);
}

function isRestarted(context: StepContext): boolean {
  const { restart_asked, restarted } = context.scratch();
  return restarted === true || (restart_asked === true && !isRestartInDoubt(context));
}

/** So soon after a restart a machine is still in its firmware: another one spoils nothing. */
const IN_FIRMWARE_MS = 15_000;

/**
 * The answer was never heard, because it was lost or ingot ended before, and the restart may be asked for again. A
 * ramdisk of this boot that has looked its node up tells that it was obeyed; without one the machine has done nothing
 * yet that another restart would spoil. A system of its own tells nothing, and must not lose its power in the middle
 * of its first start: it is asked for once more, and only at once.
 */
function isRestartInDoubt(context: StepContext): boolean {
  const { restart_asked, restarted, restart_at, restart_again } = context.scratch();
  if (restart_asked !== true || restarted === true) return false;
  const { boot_intent, boot_generation, agent } = context.node();
  if (boot_intent === 'ramdisk') return agent?.generation !== boot_generation;
  return (
    restart_again !== true && typeof restart_at === 'number' && context.since(restart_at) < IN_FIRMWARE_MS
  );
}

/** The note of a step that has started the machine, with what an operator has to know of a restart in doubt. */
export function startedNote(context: StepContext, note: string): string {
  const { restart_asked, restarted } = context.scratch();
  if (restart_asked !== true || restarted === true) return note;
  return `${note} Nobody knows whether its BMC has heard: where it has not restarted, ask for a reboot.`;
}
