/** zod's JSON Schemas as OpenAPI wants them: what has a name stands once, under `components`. Pure. */
import { z } from 'zod';
import { isArray, type Json, type JsonObject } from '../../json.ts';

export type Components = Map<string, Json>;

/** Any JSON value, which zod writes as a type that holds itself. */
const ANY = 'Json';

/** The schema of what a client sends (`input`) or is answered (`output`); names that it uses go to `components`. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Components): JsonObject {
  const made: unknown = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  const { $schema: _, $defs = {}, ...rest } = z.record(z.string(), z.json()).parse(made);
  const named = z.record(z.string(), z.json()).parse($defs);
  for (const [name, definition] of Object.entries(named)) components.set(nameOf(name), pointed(definition));
  return pointedObject(rest);
}

/** A name of zod's own (`__schema0`) is that of the one schema without a name that holds itself. */
function nameOf(name: string): string {
  return name.startsWith('__schema') ? ANY : name;
}

function pointed(json: Json): Json {
  if (json === null || typeof json !== 'object') return json;
  return isArray(json) ? json.map(pointed) : pointedObject(json);
}

function pointedObject(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      const local = key === '$ref' && typeof value === 'string' ? /^#\/\$defs\/(.+)$/.exec(value)?.[1] : null;
      return [key, typeof local === 'string' ? `#/components/schemas/${nameOf(local)}` : pointed(value)];
    }),
  );
}
