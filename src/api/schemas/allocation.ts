/** The shapes of an allocation as clients write it, and of the queries on allocations. */
import { z } from 'zod';
import { commaList, jsonObject, sortedPaging, uuid } from './common.ts';
import { trait } from './trait.ts';

/** Names are judged by the route, which has Ironic's sentence for each case. */
const name = z.string().max(255).nullable().default(null);
const extra = jsonObject.nullish().transform((given) => given ?? {});

export const allocationWritable = z.strictObject({ name, extra });

export const allocationCreate = z.strictObject({
  name,
  extra,
  uuid: uuid.nullish(),
  /** A node's uuid or name: it was deployed without an allocation, and gets this one. */
  node: z.string().nullable().default(null),
  owner: z.string().max(255).nullable().default(null),
  resource_class: z.string().max(80).nullable().default(null),
  candidate_nodes: z
    .array(z.string())
    .max(10_000)
    .nullish()
    .transform((given) => given ?? []),
  traits: z
    .array(trait)
    .max(50)
    .nullish()
    .transform((given) => given ?? []),
});
export type AllocationCreate = z.output<typeof allocationCreate>;

export const allocationListQuery = z
  .strictObject({
    ...sortedPaging,
    /** A node's uuid or name. */
    node: z.string().optional(),
    resource_class: z.string().optional(),
    state: z.string().optional(),
    owner: z.string().optional(),
  })
  .omit({ detail: true });

export const nodeAllocationQuery = z.strictObject({ fields: commaList.optional() });
