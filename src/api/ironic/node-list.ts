/** Finds the nodes of one page. The store filters by state and maintenance; the rarer filters run here. */
import type { NodeRecord } from '../../store/records.ts';
import type { NodeFilter, Queries } from '../../store/store.ts';
import { type NodeListQuery, nodeListQuery } from '../schemas/node.ts';

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
  resource_class: (asked) => (node) => node.resource_class === asked,
  instance_uuid: (asked) => (node) => node.instance_uuid === asked,
  chassis_uuid: (asked) => (node) => node.chassis_uuid === asked,
  retired: (asked) => (node) => node.retired === asked,
  shard: (asked) => (node) => node.shard !== null && asked.includes(node.shard.toLowerCase()),
  sharded: (asked) => (node) => (node.shard !== null) === asked,
  description_contains: (asked) => (node) => node.description?.includes(asked) ?? false,
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

/** At most `size` nodes after the marker, in the order of creation; only those that the caller may see. */
export async function nodePage(
  queries: Pick<Queries, 'nodes'>,
  query: NodeListQuery,
  { size, mayShow = null }: { readonly size: number; readonly mayShow?: Test | null },
): Promise<readonly NodeRecord[]> {
  const filter: NodeFilter = {
    ...(query.provision_state === undefined ? {} : { provision_state: query.provision_state }),
    ...(query.maintenance === undefined ? {} : { maintenance: query.maintenance }),
    ...(query.marker === undefined ? {} : { marker: query.marker }),
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
