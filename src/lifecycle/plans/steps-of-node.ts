import type { JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import { withKin } from '../kin.ts';
import { stepsFor } from './never-off.ts';

/** The planned steps as this node takes them: by what may be done to its power, and by whose power it shares. */
export async function stepsOfNode(
  queries: Pick<Queries, 'nodes'>,
  node: NodeRecord,
  planned: readonly JobStep[],
): Promise<readonly JobStep[]> {
  const isParent = await queries.nodes.isParent(node.uuid);
  return withKin(node, stepsFor(node, planned), { isParent });
}
