/**
 * Which node an agent is of, when the NICs that it names are ports of several: a server whose port stands in another
 * node by mistake, or MAC addresses that servers share (the USB NIC of some BMCs has the same in each of a rack).
 */
import { IngotError } from '../../errors.ts';
import { parseMac } from '../../net/mac.ts';
import type { AgentFacts, NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import { AGENT_STATES } from '../graph/graph.ts';

/** A look-up names all NICs of a machine; more is no machine. */
const MOST_MACS = 256;
/** Names in a sentence. */
const MOST_NAMES = 4;

/** As `AgentDoor.judgeOf` gives it. */
type Judge = (
  queries: Queries,
  node: NodeRecord,
) => Promise<{ readonly why: string | null; readonly known: AgentFacts | null }>;

export type Admitted = {
  readonly why: null;
  readonly node: NodeRecord;
  /** The agent that asked earlier in this boot. */
  readonly known: AgentFacts | null;
  /** Which boot as well and have a NIC of this machine among their ports. */
  readonly others: readonly NodeRecord[];
};

export type AgentNode =
  | Admitted
  /** The end of a sentence on why it is not taken for the agent of any of these. */
  | { readonly why: string; readonly nodes: readonly NodeRecord[] };

/** Whether a ramdisk of this node is expected to run. */
function isBooting(node: NodeRecord): boolean {
  return node.boot_intent === 'ramdisk' && AGENT_STATES.has(node.provision_state);
}

/**
 * The node that boots and that ticket and address fit. Ironic looks at neither, and knows no node where there are two;
 * so does this where they fit none of several, or more than one.
 *
 * @throws IngotError `not_found` when none of them boots
 */
export async function nodeOfAgent(
  queries: Queries,
  {
    macs,
    uuid,
    judge,
  }: { readonly macs: readonly string[]; readonly uuid: string | null; readonly judge: Judge },
): Promise<AgentNode> {
  const nodes = await findBooting(queries, macs, uuid);
  const fitting: { readonly node: NodeRecord; readonly known: AgentFacts | null }[] = [];
  for (const node of nodes) {
    const { known, why } = await judge(queries, node);
    if (why === null) fitting.push({ node, known });
    else if (nodes.length === 1) return { why, nodes };
  }
  const [found, second] = fitting;
  if (found !== undefined && second === undefined)
    return { ...found, why: null, others: nodes.filter((node) => node !== found.node) };
  const which =
    found === undefined
      ? 'ticket and address fit none of them'
      : 'neither ticket nor address tells which of them it is';
  return { why: `its NICs are ports of ${namesOf(nodes)}, which boot at the same time, and ${which}`, nodes };
}

/** `a and b`; no more than a few of many. */
export function namesOf(nodes: readonly NodeRecord[]): string {
  const names = nodes.slice(0, MOST_NAMES).map(({ name, uuid }) => name ?? uuid);
  const more = nodes.length - names.length;
  const listed = more > 0 ? [...names, `${more} other nodes`] : names;
  return listed.length < 2 ? listed.join('') : `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}`;
}

/** One sentence for all reasons, as Ironic has it: a stranger learns nothing of the nodes. */
export function noSuchAgent(): IngotError {
  return new IngotError('not_found', 'Resource could not be found.', {
    hint: 'No node with these MAC addresses is expected to run the ramdisk. Enroll the machine with the MAC address of its PXE NIC, or begin a verb (inspect, provide, active) that boots it.',
  });
}

/** At least one. Who names its node means no other. */
async function findBooting(
  queries: Queries,
  macs: readonly string[],
  uuid: string | null,
): Promise<readonly NodeRecord[]> {
  const named = uuid === null ? null : await queries.nodes.get(uuid);
  if (named !== null && isBooting(named)) return [named];
  const owners = new Set<string>();
  for (const mac of macs.slice(0, MOST_MACS).flatMap((text) => parseMac(text) ?? [])) {
    const port = await queries.ports.findByAddress(mac);
    if (port !== null) owners.add(port.node_uuid);
  }
  const nodes: NodeRecord[] = [];
  for (const owner of owners) {
    const node = await queries.nodes.get(owner);
    if (node !== null && isBooting(node)) nodes.push(node);
  }
  if (nodes.length === 0) throw noSuchAgent();
  return nodes;
}
