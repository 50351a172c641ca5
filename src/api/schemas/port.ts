/** The shapes of a port as clients write it, and of the queries on ports. */
import { z } from 'zod';
import {
  commaList,
  jsonObject,
  logicalName,
  looseBoolean,
  mac,
  nicMac,
  sortedPaging,
  uuid,
} from './common.ts';

/** As in Ironic: of a link both switch and port are known, or its kind of network alone, or nothing. */
const localLink = jsonObject.superRefine((link, context) => {
  if (Object.keys(link).length === 0 || link.network_type !== undefined || link.hostname !== undefined)
    return;
  const absent = ['switch_id', 'port_id'].find((name) => link[name] === undefined);
  if (absent !== undefined)
    context.addIssue({ code: 'custom', message: `'${absent}' is a required property` });
});

export const portWritable = z.strictObject({
  node_uuid: uuid,
  address: nicMac,
  pxe_enabled: looseBoolean.default(true),
  physical_network: z.string().min(1).max(64).nullable().default(null),
  local_link_connection: localLink.default({}),
  extra: jsonObject.default({}),
  /** Taken only with the one value that ingot has. */
  is_smartnic: z.literal(false).default(false),
  portgroup_uuid: uuid.nullable().default(null),
  name: logicalName.nullable().default(null),
});

export const portCreate = portWritable.extend({ uuid: uuid.optional() });

/** A port inside the enrolment of its node, which has no groups of ports yet. */
export const enrollPort = portCreate
  .omit({ node_uuid: true, uuid: true })
  .extend({ portgroup_uuid: z.null().default(null) });

export const portListQuery = z.strictObject({
  ...sortedPaging,
  address: mac.optional(),
  /** A portgroup's uuid or name. */
  portgroup: z.string().optional(),
  shard: commaList.optional(),
  /** A node's uuid or name. */
  node: z.string().optional(),
  node_uuid: uuid.optional(),
});
