/** The shapes of a port as clients write it, and of the queries on ports. */
import { z } from 'zod';
import { linkProblem } from '../../lifecycle/given-values.ts';
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

const localLink = jsonObject.superRefine((link, context) => {
  const message = linkProblem(link);
  if (message !== null) context.addIssue({ code: 'custom', message });
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

/** As clients write it: the node by uuid, or since 1.94 by uuid or name as `node_ident`. */
export const portCreateBody = portCreate
  .partial({ node_uuid: true })
  .extend({ node_ident: z.string().optional() });

/** Names in a link that came later than links did. */
export const LINK_SINCE: Readonly<Record<string, number>> = {
  network_type: 64,
  'vtep-logical-switch': 90,
  'vtep-physical-switch': 90,
};

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
