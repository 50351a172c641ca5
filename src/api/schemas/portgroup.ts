/** The shapes of a portgroup as clients write it, and of the queries on portgroups. */
import { z } from 'zod';
import { BOND_MODES, bondMode } from '../../ipam/bond.ts';
import { jsonObject, looseBoolean, mac, nicMac, sortedPaging, uuid } from './common.ts';

/** Ironic stores any text; a host can make a bond of these only. */
const mode = z
  .string()
  .refine(
    (text) => bondMode(text) !== null,
    `a mode is one of ${BOND_MODES.join(', ')}, or its number, 0 to ${BOND_MODES.length - 1}`,
  );

export const portgroupWritable = z.strictObject({
  node_uuid: uuid,
  name: z.string().max(255).nullable().default(null),
  address: nicMac.nullable().default(null),
  mode: mode.nullish().transform((given) => given ?? 'active-backup'),
  properties: jsonObject.nullish().transform((given) => given ?? {}),
  standalone_ports_supported: looseBoolean.nullish().transform((given) => given ?? true),
  extra: jsonObject.nullish().transform((given) => given ?? {}),
});

export const portgroupCreate = portgroupWritable.extend({ uuid: uuid.nullish() });

export const portgroupListQuery = z.strictObject({
  ...sortedPaging,
  /** A node's uuid or name. */
  node: z.string().optional(),
  address: mac.optional(),
});
