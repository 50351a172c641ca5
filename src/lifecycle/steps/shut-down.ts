/**
 * Asks what runs on a machine to shut down, before the machine is switched off: a system that loses its power loses
 * what it wrote last, such as the keys of its ssh server. For work that the disk shall survive.
 */
import { IngotError } from '../../errors.ts';
import type { StepDeps } from '../deps.ts';
import type { StepDefinition, StepOutcome } from '../engine/step.ts';
import { STAYS_ON } from '../plans/never-off.ts';
import { soon } from './soon.ts';
import { pressPowerButton } from './switch-power.ts';

/**
 * A system that hangs, or heeds no power button, is given half of `timeouts.power_s`; the step does not fail for it.
 */
export function shutDownStep(deps: StepDeps): StepDefinition {
  const patienceMs = (deps.timeouts.power_s * 1000) / 2;
  return {
    does: 'having the system of the machine shut down',
    limit: 'power_s',
    slot: 'power_actions',
    run: async (context) => {
      if (context.node().disable_power_off) return done(STAYS_ON);
      return await deps.withBmc(context.node(), async (bmc): Promise<StepOutcome> => {
        if ((await bmc.power()) === 'off') return done('The machine is off.');
        const press = await pressPowerButton(context, bmc).catch(refusalOf);
        if ('refusal' in press) return done(`The system is not shut down first: ${press.refusal}.`);
        if (context.since(press.at) >= patienceMs) {
          const seconds = Math.round(patienceMs / 1000);
          return done(
            `The system did not shut down within ${seconds} s: the machine is switched off as it is.`,
          );
        }
        return { kind: 'wait', for: 'the system of the machine to shut down', pollMs: soon(context) };
      });
    },
  };
}

const done = (note: string): StepOutcome => ({ kind: 'done', note });

/** What a BMC says that cannot do it. */
function refusalOf(thrown: unknown): { readonly refusal: string } {
  if (thrown instanceof IngotError && thrown.code === 'bmc_refused') return { refusal: thrown.message };
  throw thrown;
}
