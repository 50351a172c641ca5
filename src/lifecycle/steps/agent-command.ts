/**
 * A command for the agent, sent once. Before sending, the commands that the agent has already are written down;
 * after a crash any other one of the same name in its list is ours and is adopted. When the list has none of those
 * any more the agent was restarted, and the command counts as lost. Else it is polled until it has ended: heartbeats
 * only tell that the agent lives.
 */
import { IngotError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import type { AgentClient } from '../agents/agent-client.ts';
import type { AgentCommand } from '../agents/agent-wire.ts';
import { agentToken } from '../agents/tokens.ts';
import type { StepDeps } from '../deps.ts';
import { withoutFullStop } from '../engine/retry.ts';
import type { StepContext, StepOutcome } from '../engine/step.ts';
import { countsFrom } from '../engine/step-times.ts';
import { uncuttableOf } from '../plans/in-band-steps.ts';
import { duration } from '../say-time.ts';
import { hintForAgentError } from './agent-hints.ts';
import { goneMachine } from './gone-machine.ts';
import { soon } from './soon.ts';

export type AgentOrder = {
  /** With its extension: `deploy.execute_deploy_step`. */
  readonly name: string;
  readonly params: () => Promise<{ readonly [key: string]: Json }>;
  /** Called around making the parameters and sending them: where large ones have to wait for their turn. */
  readonly inTurn?: (send: () => Promise<AgentCommand>) => Promise<AgentCommand>;
  /** What is awaited: "the image to be written". */
  readonly awaited: string;
  /** Starts the sentence of a failure: "Writing the image". */
  readonly subject: string;
  /** The agent ends with the command: that it cannot be asked any more is thrown, not waited for. */
  readonly endsAgent?: true;
  /** What follows when the agent's hardware managers are other ones than those that gave the step; else it fails. */
  readonly onMismatch?: () => StepOutcome;
};

/** The client of the agent of the node's current boot. Throws `agent_unreachable` when none has called. */
export function agentOf(context: StepContext, deps: StepDeps): AgentClient {
  const node = context.node();
  if (node.agent?.generation !== node.boot_generation || node.agent.callback_url === null) {
    throw new IngotError('agent_unreachable', `No agent has called for node ${node.uuid} in this boot.`, {
      hint: 'Look at the console of the machine.',
    });
  }
  return deps.connectAgent({
    nodeUuid: node.uuid,
    callbackUrl: node.agent.callback_url,
    certificate: node.agent.verify_ca,
    token: agentToken(deps.secret, node),
  });
}

/** The command when it has succeeded; else the outcome to answer. */
export async function runOrder(
  context: StepContext,
  deps: StepDeps,
  order: AgentOrder,
): Promise<{ readonly succeeded: AgentCommand } | StepOutcome> {
  const agent = agentOf(context, deps);
  const inTurn = order.inTurn ?? ((now) => now());
  const found = await findSent(context, agent, order).catch((thrown: unknown) =>
    whenSilent(context, deps, { order, thrown }),
  );
  if (found !== null && typeof found === 'object' && 'kind' in found) return found;
  const command = found ?? (await inTurn(() => send(context, agent, order)));
  if (command === 'lost') {
    return {
      kind: 'failed',
      because: `${order.subject}: the agent has forgotten the command; the machine was restarted while it ran.`,
      hint: 'Look at its console and its power supply, then ask for the verb again.',
    };
  }
  switch (command.command_status) {
    case 'SUCCEEDED':
      return { succeeded: command };
    case 'RUNNING': {
      const progress = command.command_progress;
      return {
        kind: 'wait',
        ...waitFor(context, order, deps.timeouts.command_s * 1000),
        pollMs: soon(context),
        silentMs: 0,
        ...(progress === null ? {} : { progress }),
      };
    }
    case 'CLEAN_VERSION_MISMATCH':
      return order.onMismatch?.() ?? failure(order, command);
    default:
      return failure(order, command);
  }
}

/** How soon (ms) an agent that did not answer is asked again; a heartbeat makes it sooner. */
const SILENT_POLL_MS = 10_000;

/**
 * An agent that runs the command and cannot be asked now may still run it: unless its machine went, only a long silence
 * tells otherwise.
 */
async function whenSilent(
  context: StepContext,
  deps: StepDeps,
  { order, thrown }: { readonly order: AgentOrder; readonly thrown: unknown },
): Promise<StepOutcome> {
  const { scratch, node, since, job } = context;
  const passes = thrown instanceof IngotError && ['agent_unreachable', 'busy'].includes(thrown.code);
  if (!passes || order.endsAgent === true || typeof scratch().command_id !== 'string') throw thrown;
  const heartbeat = Date.parse(node().agent?.last_heartbeat_at ?? job.step_started_at);
  const answered = countsFrom({ ...job, scratch: scratch() });
  const silentMs = Math.min(since(heartbeat), since(answered));
  const gone = await goneMachine(context, deps, silentMs);
  if (gone !== null)
    return { kind: 'failed', because: `${order.subject}: ${gone.because}.`, hint: gone.hint };
  const said = withoutFullStop(thrown.message);
  return {
    kind: 'wait',
    for: `${order.awaited} (it cannot be asked now, and may still run: ${said})`,
    pollMs: SILENT_POLL_MS,
    silentMs,
    warning: `${order.subject}: the agent cannot be asked, and may still run it: ${said}.`,
  };
}

/** A command that runs for longer than usual is told of; its end is an operator's decision, for the agent lives. */
function waitFor(
  { job, since }: StepContext,
  { awaited, subject }: AgentOrder,
  usualMs: number,
): { readonly for: string; readonly warning?: string } {
  if (since(Date.parse(job.step_started_at)) < usualMs) return { for: awaited };
  const isCuttable = uncuttableOf(job.steps[job.cursor]) === null;
  const way = isCuttable ? 'abort' : 'switch the machine off at its BMC, for it must not be cut by ingot';
  const long = `has been running for more than ${duration(usualMs)}: if it hangs, ${way}`;
  return { for: `${awaited}, which ${long}`, warning: `${subject} ${long}.` };
}

/**
 * The command that an earlier call sent, or may have sent; null when none has reached the agent, `lost` when it may
 * have reached one that knows nothing of it any more.
 */
async function findSent(
  context: StepContext,
  agent: AgentClient,
  order: AgentOrder,
): Promise<AgentCommand | 'lost' | null> {
  const { command_id, earlier } = context.scratch();
  if (typeof command_id === 'string') {
    return (await agent.commands()).find((one) => one.id === command_id) ?? 'lost';
  }
  if (!Array.isArray(earlier)) return null;
  const name = order.name.split('.').at(-1);
  const commands = await agent.commands();
  const sent = commands.findLast((one) => one.command_name === name && !earlier.includes(one.id));
  if (sent === undefined) {
    // An agent that has restarted since may have done it already.
    const forgot = earlier.length > 0 && !commands.some((one) => earlier.includes(one.id));
    return forgot ? 'lost' : null;
  }
  await context.save({ command_id: sent.id });
  return sent;
}

async function send(context: StepContext, agent: AgentClient, order: AgentOrder): Promise<AgentCommand> {
  const params = await order.params();
  if (context.scratch().earlier === undefined) {
    const known = (await agent.commands()).map((command) => command.id);
    await context.save({ earlier: known });
  }
  context.signal.throwIfAborted();
  const command = await agent.run({ name: order.name, params, wait: false });
  await context.save({ command_id: command.id });
  return command;
}

function failure(order: AgentOrder, command: AgentCommand): StepOutcome {
  const error = command.command_error;
  const said = error === null ? command.command_status : error.details || error.message || error.type;
  return {
    kind: 'failed',
    because: `${order.subject} failed on the machine: ${withoutFullStop(said).slice(0, 2_000)}.`,
    hint: hintForAgentError(error?.type ?? ''),
  };
}
