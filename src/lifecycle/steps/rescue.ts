/** Rescue: the ramdisk is handed over to whoever knows the password, and the agent in it ends. */
import type { NodeRecord } from '../../store/records/node.ts';
import type { NodePatch } from '../../store/store.ts';
import { hasNobodyListening } from '../agents/agent-client.ts';
import { HEARTBEAT_TIMEOUT_S } from '../agents/agent-lookup.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { rescueHashOf, rescueLogin, withoutRescuePassword } from '../rescue/password.ts';
import { runOrder } from './agent-command.ts';

/** Gives the agent the hash of the password. From then on the next boot of the machine is from its disk. */
export function finalizeRescueStep(deps: StepDeps): StepDefinition {
  return {
    does: 'handing the ramdisk over for the rescue',
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      if (context.scratch().handed_over !== true) {
        const outcome = await handOver(context, deps);
        if (outcome !== null) return outcome;
        await context.save({ handed_over: true }, { boot_intent: 'disk' });
      }
      const node = context.node();
      await deps.publishBoot(node.uuid);
      return {
        kind: 'done',
        note: `The rescue system (${rescueLogin(node) ?? 'see the console of the machine'}) takes logins.`,
        patch: forgetting,
      };
    },
  };
}

/** Null when the agent has taken the password. */
async function handOver(context: StepContext, deps: StepDeps): Promise<StepOutcome | null> {
  const hash = rescueHashOf(context.node());
  if (hash === null) {
    return {
      kind: 'failed',
      because: 'The hash of the rescue password is not among the instance_info of the node any more.',
      hint: 'Ask for rescue again, with a new password, and leave instance_info as it is meanwhile.',
    };
  }
  try {
    const result = await runOrder(context, deps, {
      name: 'rescue.finalize_rescue',
      params: async () => ({ rescue_password: hash, hashed: true }),
      endsAgent: true,
      awaited: 'the ramdisk to let the rescue in',
      subject: 'Handing the ramdisk over for the rescue',
    });
    return 'succeeded' in result ? null : result;
  } catch (thrown) {
    if (hasEndedByIt(context, thrown)) return null;
    throw thrown;
  }
}

/**
 * An agent ends when it has taken this command, so its answer cannot be asked for again once it was lost (ingot was
 * killed, say). A machine that is up, where no agent listens or sends heartbeats any more, tells the same.
 */
function hasEndedByIt(context: StepContext, thrown: unknown): boolean {
  const heard = context.node().agent?.last_heartbeat_at ?? null;
  return (
    hasNobodyListening(thrown) &&
    context.scratch().earlier !== undefined &&
    heard !== null &&
    context.since(Date.parse(heard)) > HEARTBEAT_TIMEOUT_S * 1000
  );
}

/** A rescue that failed leaves no password behind. */
export function forgetRescuePasswordStep(): StepDefinition {
  return {
    does: 'forgetting the rescue password',
    run: async () => ({ kind: 'done', note: 'The rescue password is forgotten.', patch: forgetting }),
  };
}

const forgetting = ({ instance_info }: NodeRecord): NodePatch => ({
  instance_info: withoutRescuePassword(instance_info),
});
