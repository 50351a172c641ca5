/** What an in-band step asks for when it has ended: a new boot, or new steps. */
import type { Json } from '../../json.ts';
import type { JobStep } from '../../store/records/job.ts';
import type { StepOffer } from '../agents/agent-wire.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { reservedSteps } from '../plans/asked-steps.ts';
import { isSameStep } from '../plans/deploy-steps.ts';
import { asInBandStep, finishing } from '../plans/in-band-steps.ts';

const REBOOT = reservedSteps('reboot', {});

/**
 * The steps of a new boot, where the agent says of its step that it needs one (firmware that was flashed, say). A step
 * that was planned from the agent's offer carries it; of one that an operator named the agent is asked.
 */
export async function rebootAfter(step: Json, ask: () => Promise<StepOffer>): Promise<readonly JobStep[]> {
  const run = asInBandStep(step);
  if (run === null) return [];
  const reboot = finishing(run, REBOOT);
  if ('reboot_requested' in run) return run.reboot_requested === true ? reboot : [];
  const offered = (await ask()).steps.find((one) => isSameStep(one, run));
  return offered?.reboot_requested === true ? reboot : [];
}

/** How often one job asks for steps: an agent that is another each time has no end. */
const MOST_PLANS = 3;

/**
 * The agent's hardware managers are other ones than when it gave its clean steps: they are asked for anew, as Ironic
 * does, and those that are left of the old ones are not run any more.
 */
export function planAnew({ job }: StepContext): StepOutcome {
  const plans = job.steps.filter(({ name }) => name === 'plan-cleaning').length;
  if (plans >= MOST_PLANS) {
    return {
      kind: 'failed',
      because: `The hardware managers of the agent changed ${plans} times while it cleaned.`,
      hint: 'Is the ramdisk the same in each boot? Look at the console of the machine, and clean again.',
    };
  }
  return {
    kind: 'done',
    note: 'The hardware managers of the agent have changed: it is asked for its clean steps anew.',
    insert: [{ name: 'plan-cleaning', args: {} }],
    without: ({ name }) => name === 'clean-step',
  };
}
