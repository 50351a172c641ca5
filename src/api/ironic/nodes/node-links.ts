/** What a node hangs on: its chassis, and the node that it is a part of. */
import { IngotError } from '../../../errors.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { NodePatch, Queries } from '../../../store/store.ts';
import type { Principal } from '../../access/principal.ts';
import { nodeInSight } from '../../access/visible-node.ts';

type Link = Pick<NodePatch, 'parent_node' | 'chassis_uuid'>;

/**
 * The links of `fields`, with the parent by uuid, however it was named. `node`: who it is, and whose before the
 * change. Throws `invalid_input` for a chassis that is not there, and, with one sentence for all, for a parent that is
 * not there, that the caller may not see, or that is another's: whoever hangs a part on a node gets a hold on it.
 */
export async function linksOf(
  queries: Pick<Queries, 'nodes' | 'chassis'>,
  {
    node,
    fields,
    viewer,
  }: {
    readonly node: Pick<NodeRecord, 'uuid' | 'owner'>;
    readonly fields: Link;
    readonly viewer: Principal;
  },
): Promise<Link> {
  const { parent_node: parent = null, chassis_uuid: chassis = null } = fields;
  if (chassis !== null && (await queries.chassis.get(chassis)) === null) {
    throw new IngotError('invalid_input', `Chassis ${chassis} could not be found.`, {
      hint: '`baremetal chassis list` shows them.',
    });
  }
  if (parent === null) return {};
  const found = await nodeInSight(viewer, queries, parent);
  if (found === null || found.owner !== node.owner) {
    throw new IngotError(
      'invalid_input',
      `Unable to apply the requested parent_node '${parent}'. Requested value was invalid.`,
      { hint: 'Give the uuid or the name of a node that is there and has the same owner as this one.' },
    );
  }
  const problem =
    found.uuid === node.uuid
      ? 'is the node itself'
      : found.parent_node === null
        ? null
        : 'is a part of another node';
  if (problem === null) return { parent_node: found.uuid };
  throw new IngotError('invalid_input', `parent_node ${parent} of node ${node.uuid} ${problem}`, {
    hint: 'Give the uuid of the node that this one is a part of.',
  });
}
