/** What one deployment puts into a node's `instance_info`, in the transaction that begins it. Pure. */
import type { Json, JsonObject } from '../store/records.ts';

/** The fields of `instance_info` that a deployment decides; all others stay as the operator set them. */
const DEPLOYMENT_FIELDS = [
  'image_source',
  'image_disk_format',
  'image_checksum',
  'image_os_hash_algo',
  'image_os_hash_value',
  'root_device',
] as const;

export type Deployment = Readonly<Partial<Record<(typeof DEPLOYMENT_FIELDS)[number], Json>>>;

/**
 * `instance_info` for this deployment: one that names an image leaves nothing of an earlier one, one that does not
 * (a rebuild) changes only what it names.
 */
export function withDeployment(instanceInfo: JsonObject, deployment: Deployment | undefined): JsonObject {
  if (deployment?.image_source === undefined) return { ...instanceInfo, ...deployment };
  const earlier: ReadonlySet<string> = new Set(DEPLOYMENT_FIELDS);
  const kept = Object.entries(instanceInfo).filter(([field]) => !earlier.has(field));
  return { ...Object.fromEntries(kept), ...deployment };
}
