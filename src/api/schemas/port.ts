/** The shapes of a port as clients write it, and of the queries on ports. */
import { z } from 'zod';
import { localLink } from '../../lifecycle/local-link.ts';
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

export const portWritable = z.strictObject({
  node_uuid: uuid,
  address: nicMac,
  pxe_enabled: looseBoolean.default(true),
  physical_network: z.string().min(1).max(64).nullable().default(null),
  local_link_connection: localLink.nullish().transform((given) => given ?? {}),
  extra: jsonObject.default({}),
  is_smartnic: looseBoolean.nullish().transform((given) => given ?? false),
  portgroup_uuid: uuid.nullable().default(null),
  name: logicalName.nullable().default(null),
});

export const portCreate = portWritable.extend({ uuid: uuid.optional() });

/** As clients write it: the node by uuid, or since 1.94 by uuid or name as `node_ident`. */
export const portCreateBody = portCreate
  .partial({ node_uuid: true })
  .extend({ node_ident: z.string().optional() });

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
