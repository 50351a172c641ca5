/**
 * The boot table: one `BootEntry` for each MAC that a node owns, made from the store. The main thread keeps a
 * copy for the iPXE scripts; the packet thread gets every change and acknowledges it.
 */
import type { BootEntry, InstanceBoot } from '../../boot/decision.ts';
import { bootTicket } from '../../lifecycle/agents/tokens.ts';
import { usesSecureBoot } from '../../lifecycle/capabilities.ts';
import { readInstanceBoot } from '../../lifecycle/deploy/instance-boot.ts';
import { type Mac, parseMac } from '../../net/mac.ts';
import { everyNode } from '../../store/every-node.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortRecord } from '../../store/records/port.ts';
import type { Store } from '../../store/store.ts';
import { IPXE_PROGRAMS, type IpxeProgram, type ProvisionState } from '../../store/words.ts';

export type BootTable = {
  entry(mac: Mac): BootEntry | null;
  /** Reads the node from the store and publishes what its NICs shall boot; resolves when that is in force. */
  publishNode(nodeUuid: string): Promise<void>;
  /** Publishes every node; once, at start. */
  publishAll(): Promise<void>;
};

type Publish = (entries: readonly BootEntry[], removed: readonly Mac[]) => Promise<void>;

export function createBootTable(
  store: Store,
  { publish, secret }: { readonly publish: Publish; readonly secret: Uint8Array },
): BootTable {
  const byMac = new Map<Mac, BootEntry>();
  const macsOfNode = new Map<string, readonly Mac[]>();

  const replace = (nodeUuid: string, entries: readonly BootEntry[]): readonly Mac[] => {
    const kept = new Set(entries.map((entry) => entry.mac));
    // A MAC that has gone to another node meanwhile is that node's to remove.
    const removed = (macsOfNode.get(nodeUuid) ?? []).filter(
      (mac) => !kept.has(mac) && byMac.get(mac)?.nodeUuid === nodeUuid,
    );
    for (const mac of removed) byMac.delete(mac);
    for (const entry of entries) byMac.set(entry.mac, entry);
    if (entries.length > 0) macsOfNode.set(nodeUuid, [...kept]);
    else macsOfNode.delete(nodeUuid);
    return removed;
  };

  return {
    entry: (mac) => byMac.get(mac) ?? null,
    publishNode: async (nodeUuid) => {
      // A node is made before its ports are, and one of fake hardware needs none.
      const ports = await store.ports.listByNode(nodeUuid);
      const node = ports.length === 0 ? null : await store.nodes.get(nodeUuid);
      const entries = node === null ? [] : bootEntries(node, ports, secret);
      const removed = replace(nodeUuid, entries);
      if (entries.length > 0 || removed.length > 0) await publish(entries, removed);
    },
    publishAll: async () => {
      const portsByNode = Map.groupBy(await store.ports.list(), (port) => port.node_uuid);
      const all: BootEntry[] = [];
      // One row that cannot be read keeps no other machine from its boot.
      for await (const node of everyNode(store)) {
        const entries = bootEntries(node, portsByNode.get(node.uuid) ?? [], secret);
        replace(node.uuid, entries);
        all.push(...entries);
      }
      await publish(all, []);
    },
  };
}

/** The first boot from the disk begins while the node is still deploying, and nothing is published when it ends. */
const DEPLOYED: ReadonlySet<ProvisionState> = new Set(['deploying', 'active']);

/** What each PXE-enabled NIC of a node boots. Pure. */
export function bootEntries(
  node: NodeRecord,
  ports: readonly PortRecord[],
  secret: Uint8Array,
): readonly BootEntry[] {
  return ports.flatMap((port): readonly BootEntry[] => {
    const mac = parseMac(port.address);
    if (mac === null || !port.pxe_enabled) return [];
    const nodeName = node.name ?? node.uuid;
    return [
      {
        mac,
        nodeUuid: node.uuid,
        nodeName,
        intent: node.boot_intent,
        instance: instanceOf(node),
        generation: node.boot_generation,
        deployed: DEPLOYED.has(node.provision_state),
        program: ipxeProgramOf(node),
        secureBoot: usesSecureBoot(node),
        systemUuid: systemUuidOf(node),
        hostname: node.name,
        ticket: node.boot_intent === 'ramdisk' ? bootTicket(secret, node) : null,
      },
    ];
  });
}

/** Null too where an operator has changed `instance_info` into nothing that can be booted. */
function instanceOf(node: NodeRecord): InstanceBoot | null {
  if (node.boot_intent !== 'instance') return null;
  const boot = readInstanceBoot(node.instance_info);
  return 'problem' in boot ? null : boot;
}

/** What the API let pass, or null: the node may be older than the check. */
function ipxeProgramOf({ properties }: NodeRecord): IpxeProgram | null {
  return IPXE_PROGRAMS.find((program) => program === properties.ipxe_program) ?? null;
}

function systemUuidOf({ properties }: NodeRecord): string | null {
  const { system_uuid: uuid } = properties;
  return typeof uuid === 'string' ? uuid : null;
}
