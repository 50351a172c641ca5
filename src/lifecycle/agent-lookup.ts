/** The look-up of an agent: which node it is of, whether it may have the token, and that it was given. */
import { IngotError } from '../errors.ts';
import { parseMac } from '../net/mac.ts';
import type { AgentFacts, NodeRecord } from '../store/records/node.ts';
import type { Queries, Store } from '../store/store.ts';
import type { AgentDoor } from './agent-door.ts';
import { AGENT_STATES } from './graph.ts';
import type { Lifecycle } from './lifecycle.ts';
import { agentToken, MASKED_TOKEN } from './tokens.ts';

/** Seconds; the agent sends a heartbeat after a third to two thirds of it. */
export const HEARTBEAT_TIMEOUT_S = 60;
/** A look-up names all NICs of a machine; more is no machine. */
const MOST_MACS = 256;

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
      const node = await findBooting(queries, macs, node_uuid);
      const { known, why } = await judge(queries, node);
      if (why !== null) return { node, why };
      if (known === null) {
        await queries.nodes.update(node.uuid, {
          agent: { ...freshAgent(node, now()), looked_up_from: call.address },
        });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'agent.lookup',
          message: 'The agent in the ramdisk looked its node up.',
          data: { generation: node.boot_generation },
        });
      }
      // Given again until it was used: ingot may be killed after the commit and before the answer arrives.
      const proved = known !== null && known.last_heartbeat_at !== null;
      return { node, agent_token: proved ? MASKED_TOKEN : agentToken(secret, node) };
    });
    if (answer.why !== undefined)
      return await door.refuse({ ...answer, what: 'look-up', address: call.address });
    nudge(answer.node.uuid);
    return { ...answer, heartbeat_timeout: HEARTBEAT_TIMEOUT_S };
  };
}

/** Whether a ramdisk of this node is expected to run. */
export function isBooting(node: NodeRecord): boolean {
  return node.boot_intent === 'ramdisk' && AGENT_STATES.has(node.provision_state);
}

export async function findBooting(
  queries: Queries,
  macs: readonly string[],
  uuid: string | null,
): Promise<NodeRecord> {
  const uuids = new Set(uuid === null ? [] : [uuid]);
  for (const mac of macs.slice(0, MOST_MACS).flatMap((text) => parseMac(text) ?? [])) {
    const port = await queries.ports.findByAddress(mac);
    if (port !== null) uuids.add(port.node_uuid);
  }
  for (const candidate of uuids) {
    const node = await queries.nodes.get(candidate);
    if (node !== null && isBooting(node)) return node;
  }
  // One sentence for all reasons, as Ironic has it: a stranger learns nothing of the nodes.
  throw new IngotError('not_found', 'Resource could not be found.', {
    hint: 'No node with these MAC addresses is expected to run the ramdisk. Enroll the machine with the MAC address of its PXE NIC, or begin a verb (inspect, provide, active) that boots it.',
  });
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
