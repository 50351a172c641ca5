/** Automated cleaning by the agent: which steps it offers, which of them are run, each as a step of the job. */
import { IngotError } from '../../errors.ts';
import { type AgentCleanStep, cleanStepsResult } from '../agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { agentOf, runOrder } from './agent-command.ts';
import { agentParams } from './agent-node.ts';

/**
 * Priorities that take the place of the agent's own; 0 means not run. Metadata of all disks is erased; erasing
 * every block (hours for large disks) is for those who ask for it.
 */
const PRIORITIES: Readonly<Record<string, number>> = {
  'deploy.erase_devices_metadata': 99,
  'deploy.erase_devices': 0,
};

export function planCleaningStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the agent for its clean steps',
    parked: true,
    limit: 'callback_s',
    run: async (context) => {
      const node = context.node();
      const command = await agentOf(context, deps).run({
        name: 'clean.get_clean_steps',
        params: agentParams(node, await deps.store.ports.listByNode(node.uuid)),
        wait: true,
      });
      const result = cleanStepsResult.safeParse(command.command_result);
      if (!result.success) {
        const said = command.command_error?.details || command.command_error?.message;
        throw new IngotError('agent_failed', `The agent gave no clean steps: ${said ?? 'unknown shape'}`, {
          hint: 'Look at the console of the machine, and check that the ramdisk is of this version.',
        });
      }
      const steps = automatedSteps(Object.values(result.data.clean_steps).flat());
      const version = result.data.hardware_manager_version;
      return {
        kind: 'done',
        note: `Clean steps: ${steps.map(({ step }) => step).join(', ') || 'none'}.`,
        insert: steps.map((step) => ({ name: 'clean-step', args: { step, clean_version: version } })),
      };
    },
  };
}

/** Highest priority first; of steps that two hardware managers offer, the one of higher priority. Pure. */
export function automatedSteps(offered: readonly AgentCleanStep[]): readonly AgentCleanStep[] {
  const ranked = offered
    .map((step) => ({ ...step, priority: PRIORITIES[`${step.interface}.${step.step}`] ?? step.priority }))
    .filter((step) => step.priority > 0)
    .sort((a, b) => b.priority - a.priority || a.step.localeCompare(b.step));
  return ranked.filter(
    (step, index) =>
      ranked.findIndex((one) => one.step === step.step && one.interface === step.interface) === index,
  );
}

export function cleanStep(deps: StepDeps): StepDefinition {
  return {
    does: 'cleaning',
    parked: true,
    limit: 'command_s',
    run: async (context) => {
      const node = context.node();
      const step = context.args.step ?? {};
      const name =
        typeof step === 'object' && step !== null && 'step' in step ? String(step.step) : 'clean step';
      const result = await runOrder(context, deps, {
        name: 'clean.execute_clean_step',
        params: async () => ({
          step,
          ...agentParams(node, await deps.store.ports.listByNode(node.uuid)),
          clean_version: context.args.clean_version ?? {},
        }),
        awaited: `the agent to end the clean step ${name}`,
        subject: `Clean step ${name}`,
      });
      return 'succeeded' in result ? { kind: 'done', note: `Clean step ${name} is done.` } : result;
    },
  };
}
