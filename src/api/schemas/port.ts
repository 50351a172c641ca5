/** The shapes of a port as clients write it, and of the queries on ports. */
import { z } from 'zod';
import { commaList, jsonObject, looseBoolean, mac, nicMac, paging, uuid } from './common.ts';

export const portWritable = z.strictObject({
  node_uuid: uuid,
  address: nicMac,
  pxe_enabled: looseBoolean.default(true),
  physical_network: z.string().min(1).max(64).nullable().default(null),
  local_link_connection: jsonObject.default({}),
  extra: jsonObject.default({}),
  /** Taken only with the one value that ingot has. */
  is_smartnic: z.literal(false).default(false),
  portgroup_uuid: z.null().default(null),
  name: z.null().default(null),
});

export const portCreate = portWritable.extend({ uuid: uuid.optional() });

/** A port inside the enrolment of its node. */
export const enrollPort = portCreate.omit({ node_uuid: true, uuid: true });

export const portListQuery = z.strictObject({
  ...paging,
  fields: commaList.optional(),
  detail: looseBoolean.optional(),
  address: mac.optional(),
  /** A node's uuid or name. */
  node: z.string().optional(),
  node_uuid: uuid.optional(),
});

export const portShowQuery = z.strictObject({ fields: commaList.optional() });
