/** The steps that only switch a machine: what operators ask for, and what other steps need before them. */
import type { JsonObject } from '../../json.ts';
import { networkDeviceOf } from '../booting/boot-interface.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { STAYS_ON } from '../plans/never-off.ts';
import { startedNote, untilRestarted, whatBecameOfRestart } from './restart.ts';
import { soon } from './soon.ts';
import { startFrom } from './start-from.ts';
import { pressPowerButton, untilOff, untilOn } from './switch-power.ts';

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
    run: async (context) => {
      if (context.node().disable_power_off) return { kind: 'done', note: STAYS_ON };
      const wait = await untilOff(context, deps);
      return wait ?? { kind: 'done', note: 'The machine is off.', patch: { power_state: 'power off' } };
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
    run: async (context) => {
      if (context.node().disable_power_off) return { kind: 'done', note: STAYS_ON };
      return await deps.withBmc(context.node(), async (bmc): Promise<StepOutcome> => {
        if ((await bmc.power()) === 'off') {
          return { kind: 'done', note: 'The machine has shut down.', patch: { power_state: 'power off' } };
        }
        const { certain } = await pressPowerButton(context, bmc);
        const doubt = certain ? '' : PERHAPS_NOT_ASKED;
        return { kind: 'wait', for: `the operating system to shut down${doubt}`, pollMs: soon(context) };
      });
    },
  };
}

/** As it is; a machine whose system comes from the network is led there, whatever its boot order. */
export function restartStep(deps: StepDeps): StepDefinition {
  return {
    does: 'restarting the machine',
    limit: 'power_s',
    askedLimitS,
    slot: 'power_actions',
    run: async (context) => {
      const node = context.node();
      const how = context.args.gentle === true ? 'graceful' : 'forced';
      const wait =
        node.boot_intent === 'instance'
          ? await startFrom(context, deps, networkDeviceOf(node))
          : await untilRestarted(context, deps, {
              became: await whatBecameOfRestart(context, deps),
              how,
            });
      return (
        wait ?? {
          kind: 'done',
          note: startedNote(context, 'The machine restarts.'),
          patch: { power_state: 'power on' },
        }
      );
    },
  };
}
