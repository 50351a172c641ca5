/** A list as Ironic answers it: which fields, which page, and the way to the next one. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Page } from '../../store/page.ts';
import { parseQuery } from '../parse.ts';
import { commaList } from '../schemas/common.ts';
import { baseUrl } from '../server.ts';
import { type Field, selectFields, viewOf } from './fields.ts';
import { nextLink, pageSize, plainQuery, refuseDetailWithFields } from './paging.ts';
import { notAcceptable } from './since.ts';

/** A kind of resource, as far as lists are concerned. */
export type Listed<R, Key extends string> = {
  /** Under which the list stands in the answer. */
  readonly name: string;
  readonly fields: readonly Field<R>[];
  /** What a list shows unless it is asked for more; the links come along. */
  readonly short: readonly string[];
  readonly sortKeys: readonly Key[];
};

type SortedQuery = {
  readonly limit?: number | undefined;
  readonly marker?: string | undefined;
  readonly sort_key: string;
  readonly sort_dir: string;
  readonly fields?: readonly string[] | undefined;
  readonly detail?: boolean | undefined;
};

export const showQuery = z.strictObject({ fields: commaList.optional() });

const SINCE = { fields: 8, detail: 43 } as const;

/**
 * Judges the query in Ironic's order, has `find` look for one page, and shows it. `path` is the list's own below
 * `/v1`; `detailed`: it is `.../detail`, which shows every field.
 */
export async function answerList<R extends { readonly uuid: string }, Key extends string>(
  request: FastifyRequest,
  { name, fields, short, sortKeys }: Listed<R, Key>,
  list: {
    readonly path: string;
    readonly query: SortedQuery;
    readonly detailed?: boolean;
    /** The microversion that first takes `?detail=`. */
    readonly detailSince?: number;
    readonly find: (page: Page<Key>) => Promise<readonly R[]>;
  },
): Promise<JsonObject> {
  const { query, path, detailed = false, detailSince = SINCE.detail } = list;
  const { minor } = request;
  judgeShown(query, minor, detailSince);
  const names = [...(query.fields ?? short.filter((one) => known(fields, one, minor))), 'links'];
  const shown = selectFields(fields, detailed || query.detail === true ? null : names, minor);
  const page = pageAsked(query, sortKeys, fields);
  const records = await list.find(page);
  const base = baseUrl(request);
  const url = `${base}/v1/${path}`;
  return {
    [name]: records.map((record) => viewOf(record, shown, base)),
    ...nextLink({ url, query: plainQuery(request.query), size: page.limit, items: records }),
  };
}

/** Judges `fields` and `detail` of a list's query. Throws `not_acceptable` or `invalid_input`. */
export function judgeShown(
  query: Pick<SortedQuery, 'fields' | 'detail'>,
  minor: number,
  detailSince: number = SINCE.detail,
): void {
  if (query.fields !== undefined && minor < SINCE.fields) throw notAcceptable('fields', SINCE.fields);
  if (query.detail !== undefined && minor < detailSince) {
    const said = `Invalid query parameter ?detail=${query.detail ? 'True' : 'False'} received.`;
    throw new IngotError('invalid_input', said, { hint: `It needs microversion 1.${detailSince}.` });
  }
  refuseDetailWithFields(query);
}

/** The fields of one record's answer: those that `?fields=` names, or all. */
export function shownFields<R>(request: FastifyRequest, fields: readonly Field<R>[]): readonly Field<R>[] {
  const asked = parseQuery(showQuery, plainQuery(request.query)).fields;
  if (asked === undefined) return selectFields(fields, null, request.minor);
  if (request.minor < SINCE.fields) throw notAcceptable('fields', SINCE.fields);
  return selectFields(fields, [...asked, 'links'], request.minor);
}

function known<R>(fields: readonly Field<R>[], name: string, minor: number): boolean {
  return fields.some((field) => field.name === name && field.since <= minor);
}

/** Which page, in which order. Throws `invalid_input`, which has quotes round a word that is none of the `fields`. */
export function pageAsked<Key extends string>(
  { limit, marker, sort_key, sort_dir }: SortedQuery,
  keys: readonly Key[],
  fields: readonly { readonly name: string }[],
): Page<Key> {
  if (limit !== undefined && limit <= 0) throw refuse('Limit must be positive', 'Leave the limit out.');
  if (sort_dir !== 'asc' && sort_dir !== 'desc') {
    const said = `Invalid sort direction: ${sort_dir}. Acceptable values are 'asc' or 'desc'`;
    throw refuse(said, 'Give asc or desc.');
  }
  const key = keys.find((one) => one === sort_key);
  if (key === undefined) {
    const word = fields.some(({ name }) => name === sort_key) ? sort_key : `"${sort_key}"`;
    const said = `The sort_key value ${word} is an invalid field for sorting`;
    throw refuse(said, `Lists are sorted by ${keys.join(', ')}.`);
  }
  return { limit: pageSize(limit), sort_key: key, sort_dir, ...(marker === undefined ? {} : { marker }) };
}

function refuse(message: string, hint: string): IngotError {
  return new IngotError('invalid_input', message, { hint });
}
