/** The look-up of an agent: which node it is of, whether it may have the token, and that it was given. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { AgentFacts, NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { Lifecycle, LookupAnswer } from '../lifecycle.ts';
import { type Admitted, namesOf, nodeOfAgent } from './agent-candidates.ts';
import type { AgentDoor } from './agent-door.ts';
import { agentToken, MASKED_TOKEN } from './tokens.ts';

/** Seconds; the agent sends a heartbeat after a third to two thirds of it. */
export const HEARTBEAT_TIMEOUT_S = 60;

type LookupTools = {
  readonly store: Store;
  readonly secret: Uint8Array;
  /** ISO 8601. */
  readonly now: () => string;
  readonly nudge: (nodeUuid: string) => void;
  readonly door: AgentDoor;
};

export function createAgentLookup(tools: LookupTools): Lifecycle['agentLookup'] {
  const { store, secret, now, nudge, door } = tools;
  return async ({ macs, node_uuid, call }) => {
    const judge = await door.judgeOf(call);
    const answer = await store.transaction(async (queries) => {
      const asking = await nodeOfAgent(queries, { macs, uuid: node_uuid, judge });
      if (asking.why !== null) return asking;
      return await recordLookup(queries, asking, { address: call.address, now: now(), secret });
    });
    if ('why' in answer) return await door.refuse({ ...answer, what: 'look-up', address: call.address });
    nudge(answer.node.uuid);
    return answer;
  };
}

/** What an agent is answered that may have the token, and that it was given. Runs inside a transaction. */
export async function recordLookup(
  queries: Queries,
  { node, known, others }: Admitted,
  /** `now`: ISO 8601. */
  { address, now, secret }: { address: Ipv4 | null; now: string; secret: Uint8Array },
): Promise<LookupAnswer> {
  if (known === null) {
    await queries.nodes.update(node.uuid, { agent: { ...freshAgent(node, now), looked_up_from: address } });
    await queries.events.append({
      node_uuid: node.uuid,
      kind: 'agent.lookup',
      ...(others.length === 0 ? FOUND : foundAmong(others)),
      data: { generation: node.boot_generation },
    });
  }
  // Given again until it was used: ingot may be killed after the commit and before the answer arrives.
  const proved = known !== null && known.last_heartbeat_at !== null;
  const agent_token = proved ? MASKED_TOKEN : agentToken(secret, node);
  return { node, agent_token, heartbeat_timeout: HEARTBEAT_TIMEOUT_S };
}

const FOUND = { severity: 'info', message: 'The agent in the ramdisk looked its node up.' } as const;

function foundAmong(others: readonly NodeRecord[]): Pick<NewEvent, 'severity' | 'message'> {
  const message =
    `${FOUND.message} Its NICs are ports of ${namesOf(others)} too, which boot at the same time; ticket and address tell that it is this one. ` +
    'Delete there the ports that are this machine’s, unless machines share a MAC address.';
  return { severity: 'warning', message };
}

export function freshAgent(node: NodeRecord, now: string): AgentFacts {
  return {
    generation: node.boot_generation,
    callback_url: null,
    version: null,
    verify_ca: null,
    looked_up_at: now,
    looked_up_from: null,
    last_heartbeat_at: null,
  };
}
