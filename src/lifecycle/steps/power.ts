/** Power, asked for once and confirmed by asking again. Shared by every step that switches a machine. */
import type { Bmc, BootDevice } from '../../bmc/bmc.ts';
import type { JsonObject } from '../../store/records.ts';
import { networkDeviceOf } from '../boot-interface.ts';
import { wantedBootMode, wantedSecureBoot } from '../capabilities.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
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

/** On, and confirmed. Null when the machine is on; else the outcome to answer. */
async function untilOn(context: StepContext, deps: StepDeps): Promise<StepOutcome | null> {
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
 * Off, the device of the next boot chosen, on. The device is chosen once in the life of the step: chosen again
 * after the machine has started, it would be left over for a later boot. Null when the machine is on.
 */
export async function startFrom(
  context: StepContext,
  deps: StepDeps,
  device: BootDevice,
): Promise<StepOutcome | null> {
  if (context.scratch().boot_device !== device) {
    const wait = await untilOff(context, deps);
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
    await context.save({ boot_device: device }, { secure_boot: secureBoot, ...started });
    // The loader depends on it where nobody has asked for one or the other.
    if (changed) await deps.publishBoot(context.node().uuid);
  }
  return await untilOn(context, deps);
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

/** The `timeout` of a request for power. */
function askedLimitS({ timeout_s }: JsonObject): number | null {
  return typeof timeout_s === 'number' ? timeout_s : null;
}

export function powerOffStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching the machine off',
    limit: 'power_s',
    askedLimitS,
    slot: 'power_actions',
    run: async (context) =>
      (await untilOff(context, deps)) ?? {
        kind: 'done',
        note: 'The machine is off.',
        patch: { power_state: 'power off' },
      },
  };
}

/** On as it is; a machine whose system comes from the network is led there, whatever its boot order. */
async function switchOn(context: StepContext, deps: StepDeps): Promise<StepOutcome | null> {
  const node = context.node();
  if (node.boot_intent !== 'instance') return await untilOn(context, deps);
  const isOn = (await deps.withBmc(node, (bmc) => bmc.power())) === 'on';
  return isOn ? null : await startFrom(context, deps, networkDeviceOf(node));
}

export function powerOnStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching the machine on',
    limit: 'power_s',
    askedLimitS,
    slot: 'power_actions',
    run: async (context) =>
      (await switchOn(context, deps)) ?? {
        kind: 'done',
        note: 'The machine is on.',
        patch: { power_state: 'power on' },
      },
  };
}

/** What an operator has to know who would wait in vain. */
const PERHAPS_NOT_ASKED =
  ' (ingot ended while it pressed the power button and does not press it twice: if nothing happens, ask for a hard power off)';

/** Asks the operating system to shut down, once, and waits for it. */
export function softPowerOffStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the operating system to shut down',
    limit: 'power_s',
    askedLimitS,
    slot: 'power_actions',
    run: async (context) =>
      await deps.withBmc(context.node(), async (bmc): Promise<StepOutcome> => {
        if ((await bmc.power()) === 'off') {
          return { kind: 'done', note: 'The machine has shut down.', patch: { power_state: 'power off' } };
        }
        if (context.scratch().asked !== true) {
          // Journaled first: the power button is not pressed twice when ingot is killed in between.
          await context.save({ asked: true });
          await bmc.softPowerOff(context.signal).catch(async (error: unknown) => {
            await context.save({ asked: false });
            throw error;
          });
          await context.save({ pressed: true });
        }
        const doubt = context.scratch().pressed === true ? '' : PERHAPS_NOT_ASKED;
        return { kind: 'wait', for: `the operating system to shut down${doubt}`, pollMs: soon(context) };
      }),
  };
}
