/** What one deployment puts into a node's `instance_info`, in the transaction that begins it. Pure. */
import type { Json, JsonObject } from '../../json.ts';

/** The fields of `instance_info` that a deployment decides; all others stay as the operator set them. */
const DEPLOYMENT_FIELDS = [
  'image_source',
  'image_disk_format',
  'image_checksum',
  'image_os_hash_algo',
  'image_os_hash_value',
  'root_device',
  'image_type',
  'kernel',
  'ramdisk',
  'kernel_append_params',
  'boot_iso',
] as const;

/** Each says what the machine shall run. */
const SYSTEM_FIELDS = ['image_source', 'kernel', 'boot_iso'] as const;

export type Deployment = Readonly<Partial<Record<(typeof DEPLOYMENT_FIELDS)[number], Json>>>;

/**
 * `instance_info` for this deployment: one that names a system leaves nothing of an earlier one, one that does not
 * (a rebuild) changes only what it names.
 */
export function withDeployment(instanceInfo: JsonObject, deployment: Deployment | undefined): JsonObject {
  const named = SYSTEM_FIELDS.some((field) => deployment?.[field] !== undefined);
  if (deployment === undefined || !named) return { ...instanceInfo, ...deployment };
  const earlier: ReadonlySet<string> = new Set(DEPLOYMENT_FIELDS);
  const kept = Object.entries(instanceInfo).filter(([field]) => !earlier.has(field));
  return { ...Object.fromEntries(kept), ...deployment };
}
