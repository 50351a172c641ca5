/** A machine is started from a device: off and on, or by a restart where it is never switched off. */
import type { Bmc, BootDevice } from '../../bmc/bmc.ts';
import { wantedBootMode, wantedSecureBoot } from '../capabilities.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { awaitsRestart, type Became, untilRestarted, whatBecameOfRestart } from './restart.ts';
import { untilOff, untilOn } from './switch-power.ts';

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
  let became: Became = restarts ? await whatBecameOfRestart(context, deps) : 'not asked';
  if (became === 'in the air') return awaitsRestart(context);
  if (context.scratch().boot_device !== device || became === 'again') {
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
    became = 'not asked';
    // The loader depends on it where nobody has asked for one or the other.
    if (changed) await deps.publishBoot(context.node().uuid);
  }
  return restarts
    ? await untilRestarted(context, deps, { became, how: 'forced' })
    : await untilOn(context, deps);
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
