/** The node and its ports as agents want them with every command (ironic-python-agent reads these fields). */
import type { CleaningConfig } from '../../config/cleaning.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isSecretInstanceKey } from '../../secret-words.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortRecord } from '../../store/records/port.ts';

export function agentParams(
  node: NodeRecord,
  ports: readonly PortRecord[],
  cleaning: Pick<CleaningConfig, 'erase'>,
): { readonly node: Json; readonly ports: Json } {
  const open = Object.entries(node.instance_info).filter(([key]) => !isSecretInstanceKey(key));
  return {
    // No driver_info: an agent has no business with the BMC's credentials.
    node: {
      uuid: node.uuid,
      name: node.name,
      instance_uuid: node.instance_uuid,
      properties: node.properties,
      instance_info: Object.fromEntries(open),
      driver_internal_info: eraseSettings(cleaning),
      provision_state: node.provision_state,
      target_provision_state: node.target_provision_state,
      raid_config: {},
      target_raid_config: node.target_raid_config,
    },
    ports: ports.map((port) => ({
      uuid: port.uuid,
      address: port.address,
      pxe_enabled: port.pxe_enabled,
      local_link_connection: port.local_link_connection,
    })),
  };
}

/** What Ironic puts into `driver_internal_info` for the agent's erasing, by Ironic's own names. */
function eraseSettings({ erase }: Pick<CleaningConfig, 'erase'>): JsonObject {
  return {
    agent_erase_devices_iterations: erase.passes,
    agent_erase_devices_zeroize: erase.zeros,
    agent_continue_if_secure_erase_failed: erase.overwrite_after_failure,
    agent_continue_if_ata_erase_failed: erase.overwrite_after_failure,
    agent_enable_nvme_secure_erase: erase.nvme_secure_erase,
    agent_enable_ata_secure_erase: true,
    disk_erasure_concurrency: 4,
    agent_erase_skip_read_only: erase.skip_read_only,
  };
}
