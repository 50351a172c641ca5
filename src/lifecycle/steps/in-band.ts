/** Steps that the agent offers and runs: which there are, and each as a step of the job. */
import { IngotError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { MOST_STEPS, offeredSteps, type StepKind, type StepOffer } from '../agents/agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { planAnew, rebootAfter } from './after-in-band.ts';
import { agentOf, runOrder } from './agent-command.ts';
import { agentParams } from './agent-node.ts';

/** Asks the agent. Throws `agent_failed` for an answer that is no list of steps. */
export async function askForSteps(context: StepContext, deps: StepDeps, kind: StepKind): Promise<StepOffer> {
  const node = context.node();
  const command = await agentOf(context, deps).run({
    name: `${kind}.get_${kind}_steps`,
    params: agentParams(node, await deps.store.ports.listByNode(node.uuid), deps.cleaning),
    wait: true,
  });
  const offer = offeredSteps(kind, command.command_result);
  if (offer !== null) return offer;
  const said = command.command_error?.details || command.command_error?.message;
  throw new IngotError(
    'agent_failed',
    `The agent gave no ${kind} steps: ${said ?? `its answer is no list of them, or one of more than ${MOST_STEPS.toLocaleString('en')}`}`,
    {
      hint: 'Look at the console of the machine, and check that the ramdisk is of this version.',
    },
  );
}

const TITLES: Readonly<Record<StepKind, string>> = {
  clean: 'Clean step',
  deploy: 'Deploy step',
  service: 'Service step',
};

/** Runs the step in the job step's `args`, once. */
export async function runInBand(context: StepContext, deps: StepDeps, kind: StepKind): Promise<StepOutcome> {
  const node = context.node();
  // Without a version the agent takes the step as the first of its kind.
  const { step = {}, [`${kind}_version`]: version = null } = context.args;
  const name = nameOfStep(step);
  const title = `${TITLES[kind]} ${name}`;
  const result = await runOrder(context, deps, {
    name: `${kind}.execute_${kind}_step`,
    params: async () => ({
      step,
      ...agentParams(node, await deps.store.ports.listByNode(node.uuid), deps.cleaning),
      [`${kind}_version`]: version,
    }),
    awaited: `the agent to end the ${kind} step ${name}`,
    subject: title,
    ...(kind === 'clean' && version !== null ? { onMismatch: () => planAnew(context) } : {}),
  });
  if (!('succeeded' in result)) return result;
  const reboot = await rebootAfter(step, () => askForSteps(context, deps, kind));
  return { kind: 'done', note: `${title} is done.`, insert: reboot };
}

function nameOfStep(step: Json): string {
  return typeof step === 'object' && step !== null && 'step' in step ? String(step.step) : 'without a name';
}
