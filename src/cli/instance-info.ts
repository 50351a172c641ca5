/** What one `deploy` makes of a node's `instance_info`, and the way back when it is refused. Pure. */
import type { JsonObject } from './answers.ts';
import type { PatchOp } from './client.ts';

/** The fields that options of `deploy` decide; all others stay as the operator set them. */
const DEPLOY_FIELDS = [
  'image_source',
  'image_disk_format',
  'image_checksum',
  'image_os_hash_algo',
  'image_os_hash_value',
  'root_device',
] as const;

/** What the API answers in place of a secret; it refuses to take it back. */
const MASK = '******';

/** The operations that make `from` mean what `to` means: fields that `to` has not are removed. */
export function operationsBetween(from: JsonObject, to: JsonObject): readonly PatchOp[] {
  return DEPLOY_FIELDS.flatMap((field): readonly PatchOp[] => {
    const path = `/instance_info/${field}`;
    if (Object.hasOwn(to, field)) return [{ op: 'add', path, value: to[field] }];
    return Object.hasOwn(from, field) ? [{ op: 'remove', path }] : [];
  });
}

/** `info` without what the API has masked, such as an image's URL with a password in it. */
export function withoutMasked(info: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(info).filter(([, value]) => !JSON.stringify(value).includes(MASK)),
  );
}
