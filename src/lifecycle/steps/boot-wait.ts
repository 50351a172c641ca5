/** Waiting for the ramdisk to call back: each stage of its boot has a time of its own. */
import { bootEventsOf } from '../booting/boot-events.ts';
import { reachedStage } from '../booting/reached-stage.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';

export function agentIsHere(context: StepContext): boolean {
  const { agent, boot_generation } = context.node();
  return agent?.generation === boot_generation && agent.last_heartbeat_at !== null;
}

/** Waits until the agent of this boot has proved itself by a heartbeat with its token. */
export function waitAgentStep(deps: StepDeps): StepDefinition {
  return {
    does: 'waiting for the ramdisk to call back',
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      if (agentIsHere(context)) return { kind: 'done', note: 'The ramdisk has called back.' };
      return await whileBooting(context, deps, 'the first heartbeat of the ramdisk');
    },
  };
}

/**
 * Waits on, no longer than the stage may last that the boot has reached. For steps that begin with the machine switched
 * on.
 */
export async function whileBooting(
  context: StepContext,
  { store, timeouts }: Pick<StepDeps, 'store' | 'timeouts'>,
  awaited: string,
): Promise<StepOutcome> {
  const wait = { kind: 'wait', for: awaited, pollMs: 10_000 } as const;
  const { stage, began } = reachedStage(await bootEventsOf(store, context.node()));
  if (stage.limit === null) return wait;
  const since = Date.parse(began?.at ?? context.job.step_started_at);
  return { ...wait, within: { since, ms: timeouts.boot[stage.limit] * 1000 } };
}
