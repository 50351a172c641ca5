/** How disks are erased, as Ironic tells its agents in `driver_internal_info` (ironic/conductor/cleaning.py). */
import { type JsonRecord, recordField } from '../base/json.ts';

export type EraseSettings = {
  /** Random passes over a disk that cannot erase itself. */
  readonly passes: number;
  /** Zeros after the last pass. */
  readonly zeroize: boolean;
  /** NVMe disks are asked to erase themselves. */
  readonly nvmeSecureErase: boolean;
  /** A disk that should erase itself and fails is overwritten; else the step fails. */
  readonly overwriteAfterFailure: boolean;
  /** A disk that cannot be written to is left alone; else the step fails, for its data stay. */
  readonly skipReadOnly: boolean;
};

const MOST_PASSES = 100;

/** Ironic's defaults where a setting is absent or of another shape. */
export function eraseSettingsOf(node: JsonRecord): EraseSettings {
  const info = recordField(node, 'driver_internal_info');
  const flag = (name: string, standard: boolean): boolean => {
    const value = info[name];
    return typeof value === 'boolean' ? value : standard;
  };
  const passes = info.agent_erase_devices_iterations;
  const isCount = typeof passes === 'number' && Number.isInteger(passes) && passes >= 0;
  return {
    passes: isCount ? Math.min(passes, MOST_PASSES) : 1,
    zeroize: flag('agent_erase_devices_zeroize', true),
    nvmeSecureErase: flag('agent_enable_nvme_secure_erase', true),
    overwriteAfterFailure: flag('agent_continue_if_secure_erase_failed', false),
    skipReadOnly: flag('agent_erase_skip_read_only', false),
  };
}
