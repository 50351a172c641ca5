/** Cleaning: the agent's steps by priority (automated), or those that an operator named (manual). */
import type { AgentStep } from '../agents/agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { titleOf } from '../plans/deploy-steps.ts';
import { askForSteps, runInBand } from './in-band.ts';

/**
 * Priorities that take the place of the agent's own where the configuration names none; 0 means not run. Metadata of
 * all disks is erased; erasing every block (hours for large disks) is for those who ask for it.
 */
const USUAL: Readonly<Record<string, number>> = {
  'deploy.erase_devices_metadata': 99,
  'deploy.erase_devices': 0,
};

export function planCleaningStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the agent for its clean steps',
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      const offer = await askForSteps(context, deps, 'clean');
      const steps = automatedSteps(offer.steps, { ...USUAL, ...deps.cleaning.priorities });
      return {
        kind: 'done',
        note: `Clean steps: ${steps.map(({ step }) => step).join(', ') || 'none'}.`,
        insert: steps.map((step) => ({ name: 'clean-step', args: { step, clean_version: offer.version } })),
      };
    },
  };
}

/** Highest priority first; of steps that two hardware managers offer, the one of higher priority. Pure. */
function automatedSteps(
  offered: readonly AgentStep[],
  priorities: Readonly<Record<string, number>>,
): readonly AgentStep[] {
  const ranked = offered
    .map((step) => ({ ...step, priority: priorities[titleOf(step)] ?? step.priority }))
    .filter((step) => step.priority > 0)
    .sort((a, b) => b.priority - a.priority || a.step.localeCompare(b.step));
  const seen = new Set<string>();
  return ranked.filter((step) => {
    const name = titleOf(step);
    const isFirst = !seen.has(name);
    seen.add(name);
    return isFirst;
  });
}

export function cleanStep(deps: StepDeps): StepDefinition {
  return {
    does: 'cleaning',
    place: 'parked',
    limit: 'command_s',
    fault: () => 'clean failure',
    run: (context) => runInBand(context, deps, 'clean'),
  };
}

export function serviceStep(deps: StepDeps): StepDefinition {
  return {
    does: 'servicing',
    place: 'parked',
    limit: 'command_s',
    fault: () => 'service failure',
    run: (context) => runInBand(context, deps, 'service'),
  };
}
