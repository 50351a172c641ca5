/** The look-up of an agent: which node it is of, whether it may have the token, and that it was given. */
import { whyStranger } from '../boot/ticket.ts';
import { IngotError } from '../errors.ts';
import type { AddressHolder } from '../net/address-holder.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { parseMac } from '../net/mac.ts';
import { RepeatLimit } from '../net/repeat-limit.ts';
import type { AgentFacts, NewEvent, NodeRecord } from '../store/records.ts';
import type { Queries, Store } from '../store/store.ts';
import { type AgentCall, whyNoToken } from './agent-admission.ts';
import type { Site } from './deps.ts';
import { AGENT_STATES } from './graph.ts';
import type { Lifecycle } from './lifecycle.ts';
import { agentToken, bootTicket, MASKED_TOKEN } from './tokens.ts';

/** Seconds; the agent sends a heartbeat after a third to two thirds of it. */
export const HEARTBEAT_TIMEOUT_S = 60;
/** A look-up names all NICs of a machine; more is no machine. */
const MOST_MACS = 256;

/** Of one node, who asks again and again. */
const REFUSALS = { quietMs: 60_000, mostKeys: 4096 } as const;

type RefusedLookup = { readonly node: NodeRecord; readonly why: string; readonly address: Ipv4 | null };

type LookupTools = {
  readonly store: Store;
  readonly secret: Uint8Array;
  /** ISO 8601. */
  readonly now: () => string;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly nudge: (nodeUuid: string) => void;
  readonly site: Pick<Site, 'agentRules' | 'holderOf'>;
};

export function createAgentLookup(tools: LookupTools): Lifecycle['agentLookup'] {
  const { store, secret, now, nudge, site } = tools;
  const refusals = new RepeatLimit(REFUSALS);
  const tellRefusal = async (refused: RefusedLookup): Promise<void> => {
    if (!refusals.allows(refused.node.uuid, tools.elapsed())) return;
    await store.transaction((queries) => queries.events.append(refusalEvent(refused)));
  };
  return async ({ macs, node_uuid, call }) => {
    const holder = call.address === null ? null : await site.holderOf(call.address);
    const answer = await store.transaction(async (queries) => {
      const node = await findBooting(queries, macs, node_uuid);
      const known = node.agent?.generation === node.boot_generation ? node.agent : null;
      const stranger = await strangerTo(queries, node, { call, holder });
      const ticket = bootTicket(secret, node);
      const why = whyNoToken(call, { rules: site.agentRules, ticket, known, stranger });
      if (why !== null) return { node, why, address: call.address };
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
    if (answer.why !== undefined) {
      await tellRefusal(answer);
      throw refusedLookup(answer);
    }
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

async function strangerTo(
  queries: Queries,
  node: NodeRecord,
  { call: { address }, holder }: { readonly call: AgentCall; readonly holder: AddressHolder | null },
): Promise<string | null> {
  if (address === null || holder === null) return 'it asks from no IPv4 address';
  const ports = holder.kind === 'machine' ? await queries.ports.listByNode(node.uuid) : [];
  return whyStranger(address, {
    holder,
    isItsMac: (mac) => ports.some((port) => parseMac(port.address) === mac),
  });
}

function refusalEvent({ node, why, address }: RefusedLookup): NewEvent {
  return {
    node_uuid: node.uuid,
    kind: 'agent.refused',
    severity: 'warning',
    message: `had a look-up from ${address ?? 'no IPv4 address'} refused, so its agent’s token was not given: ${why}`,
    data: { address, generation: node.boot_generation },
  };
}

function refusedLookup({ node, why }: RefusedLookup): IngotError {
  return new IngotError('forbidden', `The look-up of node ${node.uuid} is refused: ${why}.`, {
    hint: 'Restart the machine by ingot, with ingot’s own ramdisk of this version. See docs/http-boot.md, and boot.upstream_agents for ironic-python-agent as it is.',
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
