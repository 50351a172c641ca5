/** What ramdisks and deployed systems tell: token checked, fact stored, the job that waits for it nudged. */
import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { oneLine } from '../../plain-text.ts';
import { nodeNotFound } from '../../store/nodes.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { Site } from '../deps.ts';
import { HEARTBEAT_STATES } from '../graph/graph.ts';
import { jsonObjectOf } from '../json.ts';
import type { Heartbeat, Lifecycle } from '../lifecycle.ts';
import { whyNotCalled } from './agent-admission.ts';
import { nodeOfAgent } from './agent-candidates.ts';
import { createAgentDoor } from './agent-door.ts';
import { createAgentLookup, freshAgent, recordLookup } from './agent-lookup.ts';
import { agentToken, lcmToken, tokensEqual } from './tokens.ts';

const LONGEST_PEM = 64 * 1024;
/** One heartbeat in this time (ms) is an event: those of a node that is held for days would push out all others. */
const HEARTBEATS_TOLD_MS = 300_000;
/** Characters of what a ramdisk says in words: it goes on to errors, events and logs. */
const LONGEST_MESSAGE = 1_000;

export type CallBackTools = {
  readonly store: Store;
  readonly secret: Uint8Array;
  /** ISO 8601. */
  readonly now: () => string;
  readonly nudge: (nodeUuid: string) => void;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly site: Pick<Site, 'isAgentAddress' | 'agentRules' | 'holderOf'>;
};

export type CallBacks = Pick<
  Lifecycle,
  'agentLookup' | 'agentHeartbeat' | 'continueInspection' | 'lcmStatus'
>;

export function createCallBacks(tools: CallBackTools): CallBacks {
  const { store, secret, now, nudge, site } = tools;
  const door = createAgentDoor(tools);
  return {
    agentLookup: createAgentLookup({ ...tools, door }),
    agentHeartbeat: async (ident, heartbeat) => {
      const expected = await store.transaction(async (queries) => {
        const node = await queries.nodes.find(ident);
        if (node === null) throw nodeNotFound(ident);
        if (!tokensEqual(agentToken(secret, node), heartbeat.agent_token)) throw wrongAgentToken(node);
        checkHeartbeat(heartbeat, site);
        // The ramdisk of a job that has ended may live on for a moment.
        if (node.boot_intent !== 'ramdisk' || !HEARTBEAT_STATES.has(node.provision_state)) return null;
        await recordHeartbeat(queries, node, { heartbeat, now: now() });
        return node.uuid;
      });
      if (expected !== null) nudge(expected);
    },

    continueInspection: async ({ inventory, boot_interface, plugin_data, nodeUuid, call, ...told }) => {
      const { address } = call;
      const error = told.error === null ? null : oneLine(told.error, LONGEST_MESSAGE);
      const macs = inventory.interfaces.map((one) => one.mac_address);
      const judge = await door.judgeOf(call);
      const found = await store.transaction(async (queries) => {
        // Its NICs become the node's ports, and who has a port's address is given the tokens of later boots.
        const asking = await nodeOfAgent(queries, { macs, uuid: nodeUuid, judge });
        if (asking.why !== null) return asking;
        const { node } = asking;
        const { provision_state: state } = node;
        if (state !== 'inspect wait' && state !== 'inspecting') throw notInspected(node);
        const facts = { ...plugin_data, boot_interface, error };
        const found = { inventory: jsonObjectOf(inventory), facts: jsonObjectOf(facts) };
        const isNew = await isFirstInventory(queries, node, found.inventory);
        const lookup = told.wantsLookup
          ? await recordLookup(queries, asking, { address, now: now(), secret })
          : null;
        if (!isNew) return { uuid: node.uuid, lookup };
        await queries.inventories.put(node.uuid, found.inventory, found.facts);
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'agent.inventory',
          severity: error === null ? 'info' : 'warning',
          message:
            error === null
              ? 'The ramdisk sent its inventory.'
              : `The ramdisk reports a failed inspection: ${error}`,
        });
        return { uuid: node.uuid, lookup };
      });
      if ('why' in found) return await door.refuse({ ...found, what: 'inventory', address });
      nudge(found.uuid);
      return found;
    },

    lcmStatus: async (nodeUuid, token, report) => {
      await store.transaction(async (queries) => {
        const node = await nodeOf(queries, nodeUuid);
        if (node.instance_generation === 0 || !tokensEqual(lcmToken(secret, node), token)) {
          throw new IngotError('unauthorized', `The LCM token for node ${node.uuid} is not valid.`, {
            hint: 'The token comes with the config drive and is good for one deployment: deploy the node again.',
          });
        }
        await queries.nodes.update(node.uuid, { lcm: { ...report, reported_at: now() } });
        await queries.events.append({
          node_uuid: node.uuid,
          kind: 'lcm.status',
          message: `The operating system reports "${report.status}"${report.hostname === null ? '' : ` as ${report.hostname}`}.`,
          data: { status: report.status, hostname: report.hostname, addresses: report.addresses },
        });
      });
    },
  };
}

async function nodeOf(queries: Queries, uuid: string): Promise<NodeRecord> {
  const node = await queries.nodes.get(uuid);
  if (node === null) throw nodeNotFound(uuid);
  return node;
}

/**
 * Throws `invalid_input` for a call-back URL or a certificate that could not be used later, and for a URL that
 * would lead our requests anywhere but to a machine in a PXE network.
 */
function checkHeartbeat(
  { callback_url, agent_verify_ca }: Heartbeat,
  { agentRules, isAgentAddress }: Pick<Site, 'agentRules' | 'isAgentAddress'>,
): void {
  const url = URL.canParse(callback_url) ? new URL(callback_url) : null;
  // It is shown as it came.
  const plain = url !== null && oneLine(callback_url) === callback_url;
  const bare = plain && url.username === '' && url.search === '' && url.hash === '';
  if (!bare || !['http:', 'https:'].includes(url.protocol)) {
    throw new IngotError('invalid_input', 'callback_url of the heartbeat is no plain http(s) URL.', {
      hint: 'The agent gives the address of its own command API, such as https://10.20.0.57:9999.',
    });
  }
  const address = parseIpv4(url.hostname);
  if (address === null || !isAgentAddress(address)) {
    throw new IngotError(
      'invalid_input',
      `callback_url of the heartbeat leads to ${url.hostname}, which is no IPv4 address in a PXE network.`,
      { hint: 'The agent gives the address that DHCP gave it; check the cidr of the network of role pxe.' },
    );
  }
  const why = whyNotCalled({ protocol: url.protocol, hasCertificate: agent_verify_ca !== null }, agentRules);
  if (why !== null)
    throw new IngotError('invalid_input', `callback_url of the heartbeat is of no use: ${why}.`, {
      hint: 'Boot ingot’s own ramdisk, or allow ironic-python-agent as it is by boot.upstream_agents.',
    });
  if (agent_verify_ca !== null && !isCertificate(agent_verify_ca)) {
    throw new IngotError('invalid_input', 'agent_verify_ca of the heartbeat is no certificate in PEM form.', {
      hint: 'The agent gives the certificate that its command API shows.',
    });
  }
}

function isCertificate(pem: string): boolean {
  try {
    return pem.length <= LONGEST_PEM && new X509Certificate(pem).fingerprint256 !== '';
  } catch {
    return false;
  }
}

async function recordHeartbeat(
  queries: Queries,
  node: NodeRecord,
  { heartbeat, now }: { readonly heartbeat: Heartbeat; readonly now: string },
): Promise<void> {
  const before = node.agent?.generation === node.boot_generation ? node.agent : freshAgent(node, now);
  if (before.callback_url !== null && before.callback_url !== heartbeat.callback_url) {
    throw new IngotError('invalid_input', 'Detected change in ramdisk provided "callback_url"', {
      hint:
        `It was ${before.callback_url} in the same boot of node ${node.uuid}. Two machines may share a MAC address, ` +
        'or DHCP gave a new address: restart the machine.',
    });
  }
  await queries.nodes.update(node.uuid, {
    agent: {
      ...before,
      callback_url: heartbeat.callback_url,
      version: heartbeat.agent_version,
      // What the first heartbeat pinned stays pinned.
      verify_ca: before.last_heartbeat_at === null ? heartbeat.agent_verify_ca : before.verify_ca,
      last_heartbeat_at: now,
    },
  });
  const first = before.last_heartbeat_at === null;
  const said = heartbeat.agent_status_message ?? heartbeat.agent_status;
  const status = said == null ? null : oneLine(said, LONGEST_MESSAGE);
  if (status === null && periodOf(before.last_heartbeat_at) === periodOf(now)) return;
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'agent.heartbeat',
    severity: first ? 'info' : 'debug',
    message: first ? `The agent reports from ${heartbeat.callback_url}.` : 'Heartbeat of the agent.',
    data: { callback_url: heartbeat.callback_url, version: heartbeat.agent_version, status },
  });
}

/** Which of the periods that one heartbeat is told of it falls in, by its time (ISO 8601); null for none. */
function periodOf(at: string | null): number | null {
  return at === null ? null : Math.floor(Date.parse(at) / HEARTBEATS_TOLD_MS);
}

function wrongAgentToken(node: NodeRecord): IngotError {
  return new IngotError('invalid_input', 'Invalid or missing agent token received.', {
    hint:
      `It is not the one of the current boot of node ${node.uuid}. A ramdisk of an earlier boot still runs, or the ` +
      'machine restarted by itself: power it off.',
  });
}

/**
 * The first inventory of an inspection stands, as in Ironic, which expects no other after it. The same once more is a
 * repetition by a ramdisk that did not hear our answer: false. Throws `not_found` for another.
 */
async function isFirstInventory(queries: Queries, node: NodeRecord, inventory: JsonObject): Promise<boolean> {
  const kept = await queries.inventories.get(node.uuid);
  if (kept?.boot_generation !== node.boot_generation) return true;
  if (isDeepStrictEqual(kept.inventory, inventory)) return false;
  throw new IngotError('not_found', `Node ${node.uuid} has the inventory of this inspection already.`, {
    hint: 'Two machines may share a MAC address, or the ramdisk started twice. To take a new one, inspect it again.',
  });
}

function notInspected(node: NodeRecord): IngotError {
  return new IngotError('not_found', `Node ${node.uuid} is not being inspected.`, {
    hint: 'Ask for the verb inspect first.',
  });
}
