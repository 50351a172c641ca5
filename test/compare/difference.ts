/** Where two answers differ, leaf by leaf, after what must differ (ids, times, addresses) is named alike. Pure. */
import type { Answer } from './call.ts';

export type Difference = {
  /** `status`, `headers.location`, `body.nodes.0.name`. */
  readonly at: string;
  readonly theirs: string;
  readonly ours: string;
};

/** What stands for a leaf that an answer does not have. */
export const ABSENT = '(absent)';
/** An object without entries, which one side may have put something into. */
export const EMPTY = '{}';

export type Side = { readonly answer: Answer; readonly base: string };

/** Of answers with different statuses only that and their sentences: nothing else of them is of one kind. */
export function differences(theirs: Side, ours: Side): readonly Difference[] {
  const left = leaves(theirs);
  const right = leaves(ours);
  const all = [...new Set([...left.keys(), ...right.keys()])];
  const alike = theirs.answer.status === ours.answer.status;
  const places = alike ? all : all.filter((at) => at === 'status' || at.endsWith('.faultstring'));
  return places.flatMap((at) => {
    const one = left.get(at) ?? ABSENT;
    const other = right.get(at) ?? ABSENT;
    return one === other ? [] : [{ at, theirs: one, ours: other }];
  });
}

function leaves({ answer, base }: Side): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const walk = (value: unknown, at: string): void => {
    // Ironic writes a node's row also when it only takes the lock.
    if (at.endsWith('.updated_at')) found.set(at, '<time or null>');
    else if (typeof value !== 'object' || value === null) {
      found.set(at, JSON.stringify(typeof value === 'string' ? neutral(value, base) : value));
    } else {
      const entries = Object.entries(value);
      if (entries.length === 0) found.set(at, Array.isArray(value) ? '[]' : EMPTY);
      for (const [key, inner] of entries) walk(inner, `${at}.${key}`);
    }
  };
  found.set('status', String(answer.status));
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== null) walk(neutralHeader(name, value), `headers.${name}`);
  }
  walk(answer.body, 'body');
  return found;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?/g;
/** Ids that a server has chosen: those of the tests begin with a word of zeros. */
const CHOSEN_UUID = /(?!0{8}-)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Each server's own range of versions. */
const RANGE = /\[1\.1, 1\.\d+\]/;

function neutral(text: string, base: string): string {
  return text
    .replaceAll(base, '<base>')
    .replace(TIME, '<time>')
    .replace(CHOSEN_UUID, '<uuid>')
    .replace(RANGE, '<range>');
}

function neutralHeader(name: string, value: string): string {
  if (name === 'content-type') return value.split(';')[0] ?? '';
  if (name === 'openstack-request-id') return value.replace(CHOSEN_UUID, '<uuid>');
  if (name === 'allow') return value.split(/,\s*/).toSorted().join(', ');
  return value;
}
