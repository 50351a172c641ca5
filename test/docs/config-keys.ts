/** Keys of the configuration, by the schema that `ingot config schema` prints. */
import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

type Schema = {
  readonly properties?: { readonly [key: string]: Schema } | undefined;
  readonly items?: Schema | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
};

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    anyOf: z.array(schema).optional(),
  }),
);

const WHOLE = schema.parse(z.toJSONSchema(configSchema, { io: 'input' }));

export const SECTIONS = Object.keys(WHOLE.properties ?? {});

/** `boot.secure_boot_dir`; a key of the entries of a list stands behind the list's own. */
export function isConfigKey(key: string): boolean {
  return holds(WHOLE, key.split('.'));
}

function holds(at: Schema, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  const below = at.properties?.[key];
  const others = [...(at.items === undefined ? [] : [at.items]), ...(at.anyOf ?? [])];
  return (below !== undefined && holds(below, rest)) || others.some((other) => holds(other, [key, ...rest]));
}
