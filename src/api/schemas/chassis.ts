/** The shapes of a chassis as clients write it, and of the queries on chassis. */
import { z } from 'zod';
import { jsonObject, sortedPaging, uuid } from './common.ts';

export const chassisWritable = z.strictObject({
  description: z.string().max(255).nullable().default(null),
  extra: jsonObject.nullish().transform((given) => given ?? {}),
});

export const chassisCreate = chassisWritable.extend({ uuid: uuid.nullish() });

export const chassisListQuery = z.strictObject(sortedPaging);
