/** JSON Patch (RFC 6902) in the part that Ironic takes: add, replace, remove. */
import { z } from 'zod';
import { json } from './common.ts';

/** The keys on the way of a JSON Pointer, unescaped (RFC 6901 4). */
export function keysOf(path: string): readonly string[] {
  return path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Any key but the empty one: Ironic takes letters, digits, `_` and `-` of all languages, and so misses `a.b`. */
const path = z
  .string()
  .regex(
    /^(\/([^/~]|~[01])+)+$/u,
    'a path is such as /driver_info/redfish_address, with ~1 for "/" and ~0 for "~"',
  )
  .refine((text) => !keysOf(text).includes('__proto__'), 'a path names no "__proto__"');

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
