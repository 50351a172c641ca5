/** What is on a config drive, as pure functions: the operator's parts are checked, ours are added. */
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ConfigDriveRequest } from '../lifecycle/lifecycle.ts';
import { HOSTNAME } from '../net/hostname.ts';
import type { NodeRecord } from '../store/records/node.ts';

/** Files of a drive: path below its root → content. */
export type DriveFiles = { readonly [path: string]: string };

const hostname = z.string().regex(HOSTNAME, 'must be a host name of letters, digits and hyphens');
const lists = z.array(z.looseObject({}));

const requestSchema = z.object({
  meta_data: z
    .looseObject({
      uuid: z.string().min(1).optional(),
      hostname: hostname.optional(),
      local_hostname: hostname.optional(),
      public_keys: z.record(z.string(), z.string()).optional(),
      files: z.undefined('cannot be given: use write_files in user_data').optional(),
      network_config: z.undefined('cannot be given: use network_data').optional(),
    })
    .optional(),
  user_data: z
    .string()
    .refine((text) => !text.includes('\0'), 'must be text')
    .optional(),
  network_data: z
    .looseObject({ links: lists.optional(), networks: lists.optional(), services: lists.optional() })
    .optional(),
  vendor_data: z
    .looseObject({ 'cloud-init': z.union([z.string(), z.array(z.string())]).optional() })
    .optional(),
});

/** Throws `invalid_input` with a sentence that names each bad field, never its value. */
export function checkConfigDriveRequest(request: ConfigDriveRequest): void {
  const parsed = requestSchema.safeParse(request);
  if (parsed.success) return;
  const sentences = parsed.error.issues.map(
    (issue) => `configdrive/${issue.path.join('/')} ${say(issue.message)}`,
  );
  throw new IngotError('invalid_input', sentences.join('; '), {
    hint:
      'A config drive takes meta_data, network_data and vendor_data as objects and user_data as text, as cloud-init ' +
      'documents them for its ConfigDrive data source.',
  });
}

function say(message: string): string {
  return message.startsWith('Invalid') ? 'has the wrong type' : message;
}

/**
 * The files of the drive in OpenStack's layout (cloud-init docs, "Config drive", version 2). `latest` alone is
 * enough: cloud-init and its kin take it when no dated version is there. Without any link in the network data
 * the file is left out, and the OS configures its network as it does by itself (DHCP).
 */
export function configDriveFiles(parts: {
  readonly node: Pick<NodeRecord, 'uuid' | 'name' | 'instance_uuid'>;
  readonly request: ConfigDriveRequest;
  /** Ours, from the node's addresses; the operator's wins. */
  readonly networkData: JsonObject | null;
  /** The status report, or null for none. */
  readonly report: string | null;
}): DriveFiles {
  const { request, report } = parts;
  const networkData = request.network_data ?? parts.networkData;
  const vendorData = withReport(request.vendor_data, report);
  const files: Record<string, Json | null> = {
    'meta_data.json': metaData(parts.node, request.meta_data ?? {}),
    'network_data.json': hasLinks(networkData) ? networkData : null,
    'vendor_data.json': vendorData,
  };
  const texts = Object.entries(files).flatMap(([name, content]) =>
    content === null ? [] : [[`openstack/latest/${name}`, `${JSON.stringify(content, null, 2)}\n`]],
  );
  const userData = request.user_data ?? '';
  return Object.fromEntries(userData === '' ? texts : [...texts, ['openstack/latest/user_data', userData]]);
}

/** `uuid` is cloud-init's instance id: a new one makes it set the system up again. */
function metaData(node: Pick<NodeRecord, 'uuid' | 'name' | 'instance_uuid'>, given: JsonObject): JsonObject {
  const name = node.name !== null && HOSTNAME.test(node.name) ? node.name : `node-${node.uuid.slice(0, 8)}`;
  const host = typeof given.hostname === 'string' ? given.hostname : name;
  return { uuid: node.instance_uuid ?? node.uuid, name, launch_index: 0, ...given, hostname: host };
}

function hasLinks(data: JsonObject | null): boolean {
  return data !== null && Array.isArray(data.links) && data.links.length > 0;
}

/** cloud-init reads the key `cloud-init`: one text or a list of them (cloudinit.sources.convert_vendordata). */
function withReport(given: JsonObject | undefined, report: string | null): JsonObject | null {
  if (report === null) return given ?? null;
  const theirs = given?.['cloud-init'];
  if (theirs === undefined) return { ...given, 'cloud-init': report };
  return { ...given, 'cloud-init': [...(Array.isArray(theirs) ? theirs : [theirs]), report] };
}
