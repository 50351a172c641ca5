/** What operators ask of a machine's power, written as a job. */
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries } from '../store/store.ts';
import type { PowerTarget } from '../store/words.ts';
import { askedBy } from './graph/move-node.ts';
import { lockedBy } from './graph/verbs.ts';
import { kinLocked, needsParentsPower } from './kin.ts';
import type { PowerAsked } from './lifecycle.ts';
import { refusePowerOff } from './plans/never-off.ts';
import { POWER_STEPS, POWER_VERB } from './plans/plans.ts';
import { stepsOfNode } from './plans/steps-of-node.ts';
import type { Accepted } from './requests.ts';

/** Runs inside a transaction. Throws `node_locked`, `conflict`. */
export async function acceptPower(
  queries: Queries,
  node: NodeRecord,
  { target, timeoutS = null, askedBy: asker }: PowerAsked & { readonly target: PowerTarget },
): Promise<Accepted> {
  refusePowerOff(node, target);
  const running = await queries.jobs.runningOf(node.uuid);
  if (running !== null) throw lockedBy(node, running);
  const args = timeoutS === null ? {} : { timeout_s: timeoutS };
  const asked = POWER_STEPS[target].map((name) => ({ name, args }));
  await refuseLockedKin(queries, node, target);
  const steps = await stepsOfNode(queries, node, asked);
  const job = await queries.jobs.insert({
    node_uuid: node.uuid,
    verb: POWER_VERB,
    steps,
    asked_by: asker ?? null,
  });
  await queries.nodes.update(node.uuid, { target_power_state: target, last_error: null });
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'power.requested',
    message: `Power: "${target}" was asked for.`,
    data: { target, ...askedBy(asker ?? null) },
  });
  return { nodeUuid: node.uuid, job, interrupted: false };
}

/** A node whose power the request needs must not have a job of its own that counts on it. Throws `conflict`. */
async function refuseLockedKin(queries: Queries, node: NodeRecord, target: PowerTarget): Promise<void> {
  for (const kin of await kinConcerned(queries, node, target)) {
    const job = await queries.jobs.runningOf(kin.uuid);
    if (job !== null) throw kinLocked(node, { node: kin, job });
  }
}

async function kinConcerned(
  queries: Queries,
  node: NodeRecord,
  target: PowerTarget,
): Promise<readonly NodeRecord[]> {
  if (target === 'power off' || target === 'soft power off')
    return (await queries.nodes.childrenOf(node.uuid)).filter(needsParentsPower);
  if (target !== 'power on' || !needsParentsPower(node)) return [];
  const parent = await queries.nodes.get(node.parent_node ?? '');
  return parent === null || parent.power_state === 'power on' ? [] : [parent];
}
