/** Pieces that several shapes share. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../json.ts';
import { isGroupMac, isNicMac, parseMac } from '../../net/mac.ts';

export const json: z.ZodType<Json> = z.json();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);

/**
 * Marks an issue whose message is Ironic's whole sentence (ironic/common/args.py): `FIELD_PLACE` in it stands for the
 * name of the field, and nothing is put before it.
 */
export const WHOLE_SENTENCE = { whole: true } as const;
export const FIELD_PLACE = '{field}';

const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'false', 'n', 'no', 'off']);

/** Booleans as Ironic takes them: JSON's own, or a word. */
export const looseBoolean = z.union([z.boolean(), z.string()]).transform((given, context) => {
  if (typeof given === 'boolean') return given;
  const word = given.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  if (FALSE_WORDS.has(word)) return false;
  const words = [...TRUE_WORDS, ...FALSE_WORDS].toSorted().map((one) => `'${one}'`);
  const message = `Invalid ${FIELD_PLACE}: Unrecognized value '${given}', acceptable values are: ${words.join(', ')}`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  return z.NEVER;
});

/** A whole number as Ironic takes it: JSON's own, or its digits. */
export const looseInteger = z.union([z.int(), z.string()]).transform((given, context) => {
  if (typeof given === 'number') return given;
  if (/^-?\d{1,15}$/.test(given.trim())) return Number(given);
  const message = `Expected an integer for ${FIELD_PLACE}: ${given}`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  return z.NEVER;
});

export const mac = z.string().transform((text, context) => {
  const address = parseMac(text);
  if (address !== null) return address;
  const message = `Expected valid MAC address for ${FIELD_PLACE}: ${text}`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  return z.NEVER;
});

/** The address of one NIC. */
export const nicMac = mac.superRefine((address, context) => {
  if (isNicMac(address)) return;
  const problem = isGroupMac(address) ? 'is a multicast address' : 'is all zeros';
  context.addIssue({
    code: 'custom',
    message: `The MAC address ${address} ${problem}: it belongs to no NIC.`,
  });
});

/** With or without dashes, in any case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text);
}

export const uuid = z.string().transform((text, context) => {
  if (isUuid(text)) return text.toLowerCase();
  const message = `Expected UUID for ${FIELD_PLACE}: ${text}`;
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
  return z.NEVER;
});

/** RFC 3986's unreserved characters (Ironic since 1.10), and no UUID. */
export function isLogicalName(text: string): boolean {
  return /^[\w.~-]{1,255}$/.test(text) && !isUuid(text);
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
  limit: looseInteger.optional(),
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
