/** Pages of a list: `limit`, `marker`, and the `next` link as Ironic writes it. */
import { IngotError } from '../../errors.ts';

/** Ironic's `[api]max_limit`. */
const MAX_LIMIT = 1000;

/** How many to answer; absent and 0 mean the most. */
export function pageSize(limit: number | undefined): number {
  return limit === undefined || limit === 0 ? MAX_LIMIT : Math.min(limit, MAX_LIMIT);
}

type NextLink = {
  /** `http://host/v1/nodes`. */
  readonly url: string;
  /** The query as it came; its own marker and limit are replaced. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly size: number;
  readonly items: readonly { readonly uuid: string }[];
};

/** `{ next }` when the page is full: there may be more. */
export function nextLink({ url, query, size, items }: NextLink): { next?: string } {
  const last = items.at(-1);
  if (last === undefined || items.length < size) return {};
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (typeof value === 'string' && key !== 'limit' && key !== 'marker') parameters.set(key, value);
  }
  parameters.set('limit', String(size));
  parameters.set('marker', last.uuid);
  return { next: `${url}?${parameters.toString()}` };
}

/** The query parameters as plain strings; a parameter given twice is refused. */
export function plainQuery(query: unknown): Readonly<Record<string, string>> {
  if (query === null || typeof query !== 'object') return {};
  return Object.fromEntries(
    Object.entries(query).map(([key, value]): [string, string] => {
      if (typeof value === 'string') return [key, value];
      throw new IngotError('invalid_input', `The argument ${key} was given more than once`, {
        hint: 'Give it once.',
      });
    }),
  );
}

export function refuseDetailWithFields(query: {
  detail?: boolean | undefined;
  fields?: readonly string[] | undefined;
}): void {
  if (query.detail !== true || query.fields === undefined) return;
  throw new IngotError('invalid_input', 'Can not specify ?detail=True and fields in the same request.', {
    hint: 'Leave one of the two out.',
  });
}
