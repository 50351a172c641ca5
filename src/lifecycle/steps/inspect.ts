/** Inspect: know a NIC to boot from, boot the ramdisk, take its inventory, keep what follows from it. */
import { randomUUID } from 'node:crypto';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { isNicMac, parseMac } from '../../net/mac.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { NodePatch, Queries } from '../../store/store.ts';
import { type InventoryParts, inventoryParts } from '../agents/agent-wire.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { workerOf } from '../interfaces.ts';
import { jsonObjectOf } from '../json.ts';
import { agentOf } from './agent-command.ts';
import { createBesides } from './ask-besides.ts';
import { agentIsHere, whileBooting } from './boot-wait.ts';
import { readFirmware } from './read-firmware.ts';

/** A machine whose MACs nobody knows gets no boot file: the BMC is asked when the operator gave none. */
export function findPortsStep(deps: StepDeps): StepDefinition {
  return {
    does: 'finding the NICs to boot from',
    run: async (context) => {
      const node = context.node();
      const known = await deps.store.ports.listByNode(node.uuid);
      if (known.length > 0) return { kind: 'done', note: `The node has ${known.length} known NICs.` };
      const macs = await deps.withBmc(node, (bmc) => bmc.nicMacs());
      const valid = macs.flatMap((text) => parseMac(text) ?? []);
      if (valid.length === 0) {
        return {
          kind: 'failed',
          because: 'The node has no ports, and its BMC tells no MAC address.',
          hint: 'Add a port with the MAC address of the NIC that is on the PXE network, then inspect again.',
        };
      }
      return {
        kind: 'done',
        note: `The BMC tells of ${valid.length} NICs.`,
        also: (queries) => addPorts(queries, node, { macs: valid, booted: null }),
      };
    },
  };
}

/**
 * The inventory comes as a command's result from our agent, or by itself through `/v1/continue_inspection`, as
 * ironic-python-agent does when its kernel arguments say so. Whichever is on disk first counts.
 */
export function collectInventoryStep(deps: StepDeps): StepDefinition {
  return {
    does: 'waiting for the ramdisk to send the inventory',
    place: 'parked',
    limit: 'callback_s',
    run: async (context): Promise<StepOutcome> => {
      const arrived = await inventoryOfThisBoot(context, deps);
      if (arrived !== null) return judge(arrived.plugin_data);
      if (!agentIsHere(context)) {
        return await whileBooting(context, deps, 'the inventory or the first heartbeat of the ramdisk');
      }
      const command = await agentOf(context, deps).run({
        name: 'poll.get_hardware_info',
        params: {},
        wait: true,
      });
      const inventory = command.command_result;
      if (command.command_status !== 'SUCCEEDED' || !inventoryParts.safeParse(inventory).success) {
        const said = command.command_error?.details || command.command_error?.message;
        throw new IngotError(
          'agent_failed',
          `The agent gave no usable inventory: ${said ?? 'its shape is unknown'}`,
          { hint: 'Look at the console of the machine, and check that the ramdisk is of this version.' },
        );
      }
      const { uuid } = context.node();
      return {
        kind: 'done',
        note: 'The ramdisk has sent its inventory.',
        also: (queries) => queries.inventories.put(uuid, jsonObjectOf(inventory), {}),
      };
    },
  };
}

async function inventoryOfThisBoot(
  context: StepContext,
  deps: StepDeps,
): Promise<{ plugin_data: JsonObject } | null> {
  const { uuid, boot_generation } = context.node();
  const stored = await deps.store.inventories.get(uuid);
  return stored?.boot_generation === boot_generation ? stored : null;
}

function judge(pluginData: JsonObject): StepOutcome {
  const error = pluginData.error;
  if (typeof error !== 'string' || error === '') {
    return { kind: 'done', note: 'The ramdisk has sent its inventory.' };
  }
  return {
    kind: 'failed',
    because: `The ramdisk reports a failed inspection: ${error}`,
    hint: 'See the console of the machine, then inspect again.',
  };
}

/** Ports, properties and boot mode from the stored inventory. */
export function recordInventoryStep(deps: StepDeps): StepDefinition {
  return {
    does: 'recording what the inspection found',
    run: async (context) => {
      const node = context.node();
      const stored = await deps.store.inventories.get(node.uuid);
      const parts = inventoryParts.safeParse(stored?.inventory);
      if (!parts.success) {
        return {
          kind: 'failed',
          because: 'The stored inventory lacks interfaces, cpu, disks or memory.',
          hint: 'Check that the ramdisk is of this version, then inspect again.',
        };
      }
      const macs = macsOf(parts.data);
      // A BMC may know no NIC; a ramdisk that came over the network has one.
      if (macs.length === 0 && workerOf(node, 'inspect') !== 'redfish') {
        return {
          kind: 'failed',
          because: 'The ramdisk found no NIC with a MAC address.',
          hint: 'The ramdisk may lack the driver of the NIC: see the console of the machine.',
        };
      }
      const booted = parseMac(parts.data.boot?.pxe_interface?.replace(/^01-/, '') ?? '');
      const besides = createBesides(context, deps);
      const keepFirmware = await readFirmware(context, besides);
      return {
        kind: 'done',
        note: `Inspected: ${describe(parts.data)}.${besides.untold()}`,
        patch: (now) => ({ ...patchOf(now, parts.data), inspection_finished_at: isoNow(context) }),
        also: async (queries) => {
          await addPorts(queries, node, { macs, booted });
          await keepFirmware(queries);
        },
      };
    },
  };
}

function isoNow(context: StepContext): string {
  return new Date(context.now()).toISOString();
}

function macsOf(inventory: InventoryParts): readonly string[] {
  const macs = inventory.interfaces.flatMap((one) => parseMac(one.mac_address ?? '') ?? []);
  return [...new Set(macs)].filter(isNicMac);
}

const GIB = 1024 ** 3;

/** Ironic's `local_gb`: whole GiB of the disk that would be the root disk, the smallest of at least 4 GiB. */
function localGb(inventory: InventoryParts): number {
  const sizes = inventory.disks.map((disk) => disk.size).filter((size) => size >= 4 * GIB);
  return sizes.length === 0 ? 0 : Math.floor(Math.min(...sizes) / GIB);
}

function patchOf(node: NodeRecord, inventory: InventoryParts): NodePatch {
  return {
    properties: {
      ...node.properties,
      ...(inventory.cpu.architecture === '' ? {} : { cpu_arch: inventory.cpu.architecture }),
      ...(inventory.cpu.count === 0 ? {} : { cpus: inventory.cpu.count }),
      local_gb: localGb(inventory),
      ...(inventory.memory.physical_mb == null ? {} : { memory_mb: inventory.memory.physical_mb }),
    },
    boot_mode: inventory.boot?.current_boot_mode ?? node.boot_mode,
  };
}

function describe({ cpu, memory, disks, interfaces }: InventoryParts): string {
  const mib = memory.physical_mb == null ? 'unknown memory' : `${memory.physical_mb} MiB memory`;
  return `${cpu.count} CPUs (${cpu.architecture || 'unknown'}), ${mib}, ${disks.length} disks, ${interfaces.length} NICs`;
}

/** Adds ports for MACs that are new. With `booted` known, only that NIC boots over the network. */
async function addPorts(
  queries: Queries,
  node: NodeRecord,
  found: { readonly macs: readonly string[]; readonly booted: string | null },
): Promise<void> {
  for (const address of found.macs) {
    const known = await queries.ports.findByAddress(address);
    if (known !== null && known.node_uuid !== node.uuid) {
      await queries.events.append({
        node_uuid: node.uuid,
        kind: 'inspect.port_elsewhere',
        severity: 'warning',
        message: `NIC ${address} was found here, but its port belongs to node ${known.node_uuid}; it stays there.`,
      });
    }
    if (known !== null) continue;
    const pxe_enabled = found.booted === null || found.booted === address;
    const port = await queries.ports.insert({
      uuid: randomUUID(),
      node_uuid: node.uuid,
      address,
      pxe_enabled,
    });
    await queries.events.append({
      node_uuid: node.uuid,
      kind: 'port.created',
      message: `NIC ${address} was found and added.`,
      data: { port: port.uuid, address },
    });
  }
}
