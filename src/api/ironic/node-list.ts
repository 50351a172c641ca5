/** Finds the nodes of one page. The store filters by state and maintenance; the rarer filters run here. */
import type { NodeRecord } from '../../store/records.ts';
import type { NodeFilter, Queries } from '../../store/store.ts';
import type { NodeListQuery } from '../schemas/node.ts';

/** Nodes read from the store at once while rare filters are applied. */
const CHUNK = 1000;

type Test = (node: NodeRecord) => boolean;

function rareTests(query: NodeListQuery): readonly Test[] {
  const tests: Test[] = [];
  const {
    associated,
    driver,
    fault,
    owner,
    resource_class,
    instance_uuid,
    description_contains: words,
  } = query;
  if (associated !== undefined) tests.push((node) => (node.instance_uuid !== null) === associated);
  if (driver !== undefined) tests.push((node) => node.driver === driver);
  if (fault !== undefined) tests.push((node) => node.fault === fault);
  if (owner !== undefined) tests.push((node) => node.owner === owner);
  if (resource_class !== undefined) tests.push((node) => node.resource_class === resource_class);
  if (instance_uuid !== undefined) tests.push((node) => node.instance_uuid === instance_uuid);
  if (words !== undefined) tests.push((node) => node.description?.includes(words) ?? false);
  return tests;
}

/** At most `size` nodes after the marker, in the order of creation. */
export async function nodePage(
  queries: Pick<Queries, 'nodes'>,
  query: NodeListQuery,
  size: number,
): Promise<readonly NodeRecord[]> {
  const filter: NodeFilter = {
    ...(query.provision_state === undefined ? {} : { provision_state: query.provision_state }),
    ...(query.maintenance === undefined ? {} : { maintenance: query.maintenance }),
    ...(query.marker === undefined ? {} : { marker: query.marker }),
  };
  const tests = rareTests(query);
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
