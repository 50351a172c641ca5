/** Inspection without the ramdisk: what the BMC tells of its host, in the shape of the ramdisk's inventory. */
import type { Hardware, SystemInfo } from '../../bmc/bmc.ts';
import type { JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { capabilitiesIn } from '../capabilities.ts';
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';

/** The machine stays as it is, on or off. */
export function bmcInventoryStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the BMC what is built into the machine',
    limit: 'command_s',
    run: async (context) => {
      const node = context.node();
      const { info, hardware, macs } = await deps.withBmc(node, async (bmc) => {
        const [info, hardware] = [await bmc.systemInfo(), await bmc.hardware()];
        return { info, hardware, macs: hardware.nics.length > 0 ? [] : await bmc.nicMacs() };
      });
      return {
        kind: 'done',
        note: 'The BMC has told what is built into the machine.',
        patch: (now) => ({ properties: withBootMode(now, info) }),
        also: (queries) => queries.inventories.put(node.uuid, inventoryOf({ info, hardware, macs }), {}),
      };
    },
  };
}

type Told = {
  readonly info: SystemInfo;
  readonly hardware: Hardware;
  /** Of NICs that `hardware` does not tell. */
  readonly macs: readonly string[];
};

/**
 * Ironic's inventory (ironic/drivers/modules/redfish/inspect.py); what the BMC does not tell is left out, or nought.
 */
function inventoryOf({ info, hardware, macs }: Told): JsonObject {
  const { cpu, disks, nics } = hardware;
  // NICs that stand elsewhere than among the system's interfaces have no names.
  const named = nics.length > 0 ? nics : macs.map((mac) => ({ name: mac, mac, mbps: null }));
  return {
    memory: info.memory_mib === null ? {} : { physical_mb: info.memory_mib },
    cpu: {
      count: info.cpu_count ?? 0,
      architecture: cpu.architecture ?? '',
      ...(cpu.model === null ? {} : { model_name: cpu.model }),
      ...(cpu.mhz === null ? {} : { frequency: cpu.mhz }),
    },
    disks: disks.map(({ name, bytes, model, serial }) => ({ name, size: bytes, model, serial })),
    interfaces: named.map(({ name, mac, mbps }) => ({
      name,
      mac_address: mac,
      ...(mbps === null ? {} : { speed_mbps: mbps }),
    })),
    system_vendor: {
      product_name: info.model,
      serial_number: info.serial,
      manufacturer: info.manufacturer,
      system_uuid: info.uuid,
      firmware: { version: info.bios_version },
    },
    ...(info.boot_mode === null ? {} : { boot: { current_boot_mode: info.boot_mode } }),
  };
}

/** An operator's own word for it stays. */
function withBootMode({ properties }: NodeRecord, { boot_mode }: SystemInfo): JsonObject {
  const { capabilities } = properties;
  if (boot_mode === null || capabilitiesIn(capabilities).has('boot_mode')) return properties;
  const told = `boot_mode:${boot_mode}`;
  if (typeof capabilities === 'object' && capabilities !== null && !Array.isArray(capabilities))
    return { ...properties, capabilities: { ...capabilities, boot_mode } };
  const before = typeof capabilities === 'string' && capabilities !== '' ? `${capabilities},` : '';
  return { ...properties, capabilities: `${before}${told}` };
}
