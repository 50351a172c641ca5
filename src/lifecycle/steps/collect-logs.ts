/** After a failure: the logs of the ramdisk are fetched while it still runs. */
import { z } from 'zod';
import { agentToken, lcmToken } from '../agents/tokens.ts';
import type { StepDeps } from '../deps.ts';
import { createSlots } from '../engine/slots.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { secretsOf } from '../ramdisk-logs/scrub.ts';
import { agentOf } from './agent-command.ts';
import { agentIsHere } from './boot-wait.ts';

/** Nodes whose logs are held at once: an answer has up to 16 MiB. Others wait, within the limit of the step. */
const MOST_AT_ONCE = 4;

const logsAnswer = z.object({ system_logs: z.string().min(1) });

/** Asks once: what an agent that has failed does not give must not keep its machine on. */
export function collectLogsStep(deps: StepDeps): StepDefinition {
  const slots = createSlots(MOST_AT_ONCE);
  return {
    does: 'collecting the logs of the ramdisk',
    limit: 'power_s',
    patience: () => 1,
    run: async (context) => {
      const node = context.node();
      if (node.boot_intent !== 'ramdisk' || !agentIsHere(context))
        return { kind: 'done', note: 'No ramdisk has called whose logs could be kept.' };
      if (!deps.ramdiskLogs.keeps)
        return { kind: 'done', note: 'The logs of the ramdisk are not kept: the configuration says so.' };
      const release = await slots.take(context.signal);
      try {
        return await collect(context, deps);
      } finally {
        release();
      }
    },
  };
}

async function collect(context: StepContext, deps: StepDeps): Promise<StepOutcome> {
  const { job } = context;
  const node = context.node();
  const command = await agentOf(context, deps).run({
    name: 'log.collect_system_logs',
    params: {},
    wait: true,
  });
  const answer = logsAnswer.safeParse(command.command_result);
  if (!answer.success) return { kind: 'done', note: 'The ramdisk gave no logs.' };
  const { id, bytes } = await deps.ramdiskLogs.keep({
    nodeUuid: node.uuid,
    verb: job.verb,
    base64: answer.data.system_logs,
    secrets: [agentToken(deps.secret, node), lcmToken(deps.secret, node), ...secretsOf(node)],
  });
  const name = node.name ?? node.uuid;
  return {
    kind: 'done',
    note: `The logs of the ramdisk are kept: ingot node logs ${name} ${id}`,
    also: async (queries) => {
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'agent.logs',
        message: `The ramdisk gave its logs, ${Math.ceil(bytes / 1024)} KiB: ${id}.`,
        data: { job: job.id, logs: id, bytes },
      });
    },
  };
}
