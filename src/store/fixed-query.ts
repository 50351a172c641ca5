/**
 * Queries of one fixed shape, built and compiled once: what the engine and every request ask again and again would
 * otherwise cost more to build than to run.
 */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import { IngotError } from '../errors.ts';
import type { Tables } from './tables.ts';

/**
 * `build` is called once, with the first values asked for. The query's parameters have to be exactly those values, in
 * their order: no constant may become a parameter (use `sql.lit`).
 */
export function fixedQuery<V extends readonly unknown[], R>(
  db: Kysely<Tables>,
  build: (...values: V) => Compilable<R>,
): (...values: V) => Promise<QueryResult<R>> {
  let compiled: CompiledQuery<R> | null = null;
  return async (...values) => {
    compiled ??= checked(build(...values).compile(), values);
    return await db.executeQuery({ ...compiled, parameters: values });
  };
}

function checked<R>(compiled: CompiledQuery<R>, values: readonly unknown[]): CompiledQuery<R> {
  const { parameters, sql } = compiled;
  if (parameters.length === values.length && parameters.every((one, index) => one === values[index]))
    return compiled;
  throw new IngotError('internal', `The parameters of a fixed query are not its values: ${sql}`, {
    hint: 'This is a defect in ingot: please report it.',
  });
}
