/**
 * Judges ramdisks that call without a token yet, by address and ticket, and tells the node's events of those turned
 * away.
 */
import { whyStranger } from '../../boot/ticket.ts';
import { IngotError } from '../../errors.ts';
import type { AddressHolder } from '../../net/address-holder.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import { parseMac } from '../../net/mac.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { AgentFacts, NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { Site } from '../deps.ts';
import { type AgentCall, whyNoToken } from './agent-admission.ts';
import { noSuchAgent } from './agent-candidates.ts';
import { bootTicket } from './tokens.ts';

/** Of one node, who asks again and again. */
const REFUSALS = { quietMs: 60_000, mostKeys: 4096 } as const;

export type DoorTools = {
  readonly store: Store;
  readonly secret: Uint8Array;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly site: Pick<Site, 'agentRules' | 'holderOf'>;
};

type Judgement = {
  /** The end of a sentence on why the caller is turned away; null: it is the ramdisk of the node's boot. */
  readonly why: string | null;
  /** The agent that asked earlier in this boot. */
  readonly known: AgentFacts | null;
};

export type Refused = {
  /** At least one; several: of which it cannot be told whose ramdisk it is. */
  readonly nodes: readonly NodeRecord[];
  readonly why: string;
  readonly address: Ipv4 | null;
  readonly what: 'look-up' | 'inventory';
};

export type AgentDoor = {
  /** Asks who has the address, before a transaction; what comes judges within it. */
  judgeOf(call: AgentCall): Promise<(queries: Queries, node: NodeRecord) => Promise<Judgement>>;
  /** Tells each node's events, once a minute. Throws `forbidden`, or `not_found` for several nodes. */
  refuse(refused: Refused): Promise<never>;
};

export function createAgentDoor({ store, secret, elapsed, site }: DoorTools): AgentDoor {
  const refusals = new RepeatLimit(REFUSALS);
  return {
    judgeOf: async (call) => {
      const holder = call.address === null ? null : await site.holderOf(call.address);
      return async (queries, node) => {
        const known = node.agent?.generation === node.boot_generation ? node.agent : null;
        const stranger = await strangerTo(queries, node, { call, holder });
        const ticket = bootTicket(secret, node);
        return { known, why: whyNoToken(call, { rules: site.agentRules, ticket, known, stranger }) };
      };
    },
    refuse: async (refused) => {
      const now = elapsed();
      const told = refused.nodes.filter(({ uuid }) => refusals.allows(uuid, now));
      if (told.length > 0)
        await store.transaction(async (queries) => {
          for (const node of told) await queries.events.append(refusalEvent(node, refused));
        });
      throw refusal(refused);
    },
  };
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

const MEANING = {
  'look-up': 'so its agent’s token was not given',
  inventory: 'so what it holds is not believed',
} as const;

function refusalEvent(node: NodeRecord, { why, address, what }: Refused): NewEvent {
  const from = address ?? 'no IPv4 address';
  return {
    node_uuid: node.uuid,
    kind: 'agent.refused',
    severity: 'warning',
    message: `had ${what === 'look-up' ? 'a' : 'an'} ${what} from ${from} refused, ${MEANING[what]}: ${why}`,
    data: { address, generation: node.boot_generation },
  };
}

function refusal({ nodes: [node, second], why, what }: Refused): IngotError {
  if (node === undefined || second !== undefined) return noSuchAgent();
  return new IngotError('forbidden', `The ${what} of node ${node.uuid} is refused: ${why}.`, {
    hint: 'Restart the machine by ingot, with ingot’s own ramdisk of this version; enroll every NIC of it that asks for addresses (`pxe_enabled: false` is enough). See docs/http-boot.md, and boot.upstream_agents for ironic-python-agent as it is.',
  });
}
