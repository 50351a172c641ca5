/** JSON Patch (RFC 6902) in the part that Ironic takes: add, replace, remove. */
import { z } from 'zod';
import { json } from './common.ts';

const path = z
  .string()
  .regex(/^(\/[\w-]+)+$/, 'a path is such as /driver_info/redfish_address')
  .refine((text) => !text.split('/').includes('__proto__'), 'a path names no "__proto__"');

export const patchSchema = z
  .array(
    z.discriminatedUnion(
      'op',
      [
        z.strictObject({ op: z.literal('add'), path, value: json }),
        z.strictObject({ op: z.literal('replace'), path, value: json }),
        z.strictObject({ op: z.literal('remove'), path, value: json.optional() }),
      ],
      "the op is not one of ['add', 'replace', 'remove']",
    ),
  )
  .max(1000);

export type PatchOperation = z.output<typeof patchSchema>[number];
