/** Finds the nodes of one page. The store filters by state and maintenance; the rarer filters run here. */
import type { Page } from '../../../store/page.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { NodeFilter, NodeSortKey, Queries } from '../../../store/store.ts';
import { type NodeListQuery, nodeListQuery } from '../../schemas/node.ts';
import { minimalVersion, notAcceptable } from '../since.ts';
import { NODE_FIELDS } from './node-fields.ts';

/** Nodes read from the store at once while rare filters are applied. */
const CHUNK = 1000;

type Test = (node: NodeRecord) => boolean;

/** The filters that the store does not know, each by its parameter. */
const RARE: { readonly [K in keyof NodeListQuery]?: (asked: NonNullable<NodeListQuery[K]>) => Test } = {
  associated: (asked) => (node) => (node.instance_uuid !== null) === asked,
  driver: (asked) => (node) => node.driver === asked,
  fault: (asked) => (node) => node.fault === asked,
  owner: (asked) => (node) => node.owner === asked,
  lessee: (asked) => (node) => node.lessee === asked,
  project: (asked) => (node) => node.owner === asked || node.lessee === asked,
  resource_class: (asked) => (node) => node.resource_class === asked,
  instance_uuid: (asked) => (node) => node.instance_uuid === asked,
  chassis_uuid: (asked) => (node) => node.chassis_uuid === asked,
  retired: (asked) => (node) => node.retired === asked,
  shard: (asked) => (node) => node.shard !== null && asked.includes(node.shard.toLowerCase()),
  sharded: (asked) => (node) => (node.shard !== null) === asked,
  description_contains: (asked) => (node) =>
    node.description?.toLowerCase().includes(asked.toLowerCase()) ?? false,
  // ingot is one conductor, in the group of no name.
  conductor_group: (asked) => () => asked === '',
};

function rareTests(query: NodeListQuery): readonly Test[] {
  const test = <K extends keyof NodeListQuery>(name: K): Test | null => {
    const asked = query[name];
    return asked === undefined || asked === null ? null : (RARE[name]?.(asked) ?? null);
  };
  return nodeListQuery.keyof().options.flatMap((name) => test(name) ?? []);
}

/** Whose parts are listed: those of one node, those of none, or all alike. */
function parentFilter({ include_children, parent_node }: NodeListQuery): Pick<NodeFilter, 'parent_node'> {
  if (parent_node !== undefined) return { parent_node };
  return include_children === true ? {} : { parent_node: null };
}

/** The microversion that first takes each filter; Ironic asks none for the others. */
const SINCE: { readonly [K in keyof NodeListQuery]?: number } = {
  provision_state: 9,
  driver: 16,
  resource_class: 21,
  fault: 42,
  conductor_group: 46,
  conductor: 49,
  owner: 50,
  lessee: 65,
  shard: 82,
  sharded: 82,
  parent_node: 83,
  include_children: 83,
};

/** Throws `not_acceptable` for a filter, or an order, that the request's version does not know. */
export function refuseNewerFilters(query: NodeListQuery, minor: number): void {
  for (const name of nodeListQuery.keyof().options) {
    const since = SINCE[name] ?? 1;
    if (query[name] === undefined || since <= minor) continue;
    throw notAcceptable(name, since, minimalVersion(since));
  }
  const sortSince = NODE_FIELDS.find((field) => field.name === query.sort_key)?.since ?? 1;
  if (sortSince > minor) throw notAcceptable(query.sort_key, sortSince);
}

/** At most `limit` nodes after the marker, sorted as asked; only those that the caller may see. */
export async function nodePage(
  queries: Pick<Queries, 'nodes'>,
  query: NodeListQuery,
  { mayShow = null, ...page }: Page<NodeSortKey> & { readonly mayShow?: Test | null },
): Promise<readonly NodeRecord[]> {
  const { limit: size, ...order } = page;
  const filter: NodeFilter = {
    ...order,
    ...(query.provision_state === undefined ? {} : { provision_state: query.provision_state }),
    ...(query.maintenance === undefined ? {} : { maintenance: query.maintenance }),
    ...parentFilter(query),
  };
  const tests = [...rareTests(query), ...(mayShow === null ? [] : [mayShow])];
  if (tests.length === 0) return queries.nodes.list({ ...filter, limit: size });

  const found: NodeRecord[] = [];
  let marker = query.marker;
  for (;;) {
    const chunk = await queries.nodes.list({
      ...filter,
      ...(marker === undefined ? {} : { marker }),
      limit: CHUNK,
    });
    found.push(...chunk.filter((node) => tests.every((test) => test(node))));
    marker = chunk.at(-1)?.uuid;
    if (found.length >= size || chunk.length < CHUNK) return found.slice(0, size);
  }
}
