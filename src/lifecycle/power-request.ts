/** What operators ask of a machine's power, written as a job. */
import type { NodeRecord } from '../store/records.ts';
import type { Queries } from '../store/store.ts';
import type { PowerTarget } from '../store/words.ts';
import { refusePowerOff, stepsFor } from './never-off.ts';
import { POWER_STEPS, POWER_VERB } from './plans.ts';
import type { Accepted } from './requests.ts';
import { lockedBy } from './verbs.ts';

/** Runs inside a transaction. Throws `node_locked`, `conflict`. */
export async function acceptPower(
  queries: Queries,
  node: NodeRecord,
  { target, timeoutS }: { readonly target: PowerTarget; readonly timeoutS: number | null },
): Promise<Accepted> {
  refusePowerOff(node, target);
  const running = await queries.jobs.runningOf(node.uuid);
  if (running !== null) throw lockedBy(node, running);
  const args = timeoutS === null ? {} : { timeout_s: timeoutS };
  const asked = POWER_STEPS[target].map((name) => ({ name, args }));
  const steps = stepsFor(node, asked);
  const job = await queries.jobs.insert({ node_uuid: node.uuid, verb: POWER_VERB, steps });
  await queries.nodes.update(node.uuid, { target_power_state: target, last_error: null });
  await queries.events.append({
    node_uuid: node.uuid,
    kind: 'power.requested',
    message: `Power: "${target}" was asked for.`,
    data: { target },
  });
  return { nodeUuid: node.uuid, job, interrupted: false };
}
