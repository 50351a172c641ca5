/** Pieces that several shapes share. */
import { z } from 'zod';
import { parseMac } from '../../net/mac.ts';
import type { Json, JsonObject } from '../../store/records.ts';

export const json: z.ZodType<Json> = z.json();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

/** Booleans as Ironic takes them: JSON's own, or a word. */
export const looseBoolean = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 't', 'yes', 'y', 'on', '1', 'false', 'f', 'no', 'n', 'off', '0']))
    .transform((word) => ['true', 't', 'yes', 'y', 'on', '1'].includes(word)),
]);

export const mac = z.string().transform((text, context) => {
  const address = parseMac(text);
  if (address !== null) return address;
  context.addIssue({ code: 'custom', message: `Expected a MAC address but received ${text}.` });
  return z.NEVER;
});

/** The address of one NIC: not all zeros, and no group address (IEEE 802: the lowest bit of the first byte). */
export const nicMac = mac.superRefine((address, context) => {
  const problem =
    address === '00:00:00:00:00:00'
      ? 'is all zeros: it belongs to no NIC'
      : Number.parseInt(address.slice(0, 2), 16) % 2 === 1
        ? 'is a multicast address: it belongs to no NIC'
        : null;
  if (problem !== null)
    context.addIssue({ code: 'custom', message: `The MAC address ${address} ${problem}.` });
});

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i, 'Expected a UUID.')
  .toLowerCase();

/** RFC 3986's unreserved characters (Ironic since 1.10), and no UUID. */
export function isLogicalName(text: string): boolean {
  return /^[\w.~-]{1,255}$/.test(text) && !uuid.safeParse(text).success;
}

export const logicalName = z
  .string()
  .refine(isLogicalName, 'a name has 1 to 255 letters, digits, ".", "_", "~" or "-" and is no UUID');

/** `a,b,c`, lower-cased and without doubles. */
export const commaList = z
  .string()
  .max(4096)
  .transform((text) =>
    [
      ...new Set(
        text
          .toLowerCase()
          .split(',')
          .map((part) => part.trim()),
      ),
    ].filter((part) => part !== ''),
  );

/** What every sorted list takes; `api/ironic/listing.ts` judges it, in Ironic's own sentences. */
export const sortedPaging = {
  limit: z.coerce.number().int().optional(),
  marker: uuid.optional(),
  sort_key: z.string().default('id'),
  sort_dir: z.string().default('asc'),
  fields: commaList.optional(),
  detail: looseBoolean.optional(),
} as const;

export const paging = {
  limit: z.coerce.number().int().min(0, 'Limit must be positive').optional(),
  marker: uuid.optional(),
  sort_key: z.enum(['id', 'created_at'], 'ingot sorts by id (the order of creation) only').optional(),
  sort_dir: z.enum(['asc'], 'ingot sorts ascending only').optional(),
} as const;
