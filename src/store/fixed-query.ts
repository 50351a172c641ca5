/**
 * Queries of one fixed shape, built and compiled once: what the engine and every request ask again and again would
 * otherwise cost more to build than to run.
 */
import {
  type Compilable,
  type CompiledQuery,
  type Kysely,
  type QueryResult,
  type RawBuilder,
  sql,
} from 'kysely';
import { IngotError } from '../errors.ts';
import type { Tables } from './tables.ts';

/** Sets of columns whose query is kept; the code writes some dozens. */
const MOST_SETS = 200;

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

/**
 * The same where the columns that are written vary: one query for each set of columns. `build` has to put the columns'
 * values first, in the order of their names, then the others.
 */
export function queryByColumns<C extends object, V extends readonly unknown[], R>(
  db: Kysely<Tables>,
  build: (columns: C, ...values: V) => Compilable<R>,
): (columns: C, ...values: V) => Promise<QueryResult<R>> {
  const compiled = new Map<string, CompiledQuery<R>>();
  return async (columns, ...values) => {
    const parameters = [...Object.values(columns), ...values];
    const names = Object.keys(columns).join();
    const query = compiled.get(names) ?? checked(build(columns, ...values).compile(), parameters);
    if (compiled.size < MOST_SETS) compiled.set(names, query);
    return await db.executeQuery({ ...query, parameters });
  };
}

/**
 * A value that SQLite's planner does not look at. One that it looks at, for a partial index, an ORDER BY or a LIMIT,
 * has the whole statement planned again each time that another is bound, at many times the price of running it
 * (`sqlite3_bind_*`, `expmask`).
 */
export function unplanned<T>(value: T): RawBuilder<T> {
  return sql<T>`(SELECT ${value})`;
}

/** The one row that an INSERT gives back. */
export function onlyRow<R>(rows: readonly R[]): R {
  const [row] = rows;
  if (row !== undefined) return row;
  throw new IngotError('internal', 'An INSERT gave no row back.', {
    hint: 'This is a defect in ingot: please report it.',
  });
}

function checked<R>(compiled: CompiledQuery<R>, values: readonly unknown[]): CompiledQuery<R> {
  const { parameters, sql } = compiled;
  if (parameters.length === values.length && parameters.every((one, index) => one === values[index]))
    return compiled;
  throw new IngotError('internal', `The parameters of a fixed query are not its values: ${sql}`, {
    hint: 'This is a defect in ingot: please report it.',
  });
}
