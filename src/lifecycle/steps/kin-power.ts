/** The power of other nodes: of the parent that a node runs on, and of the children that run on it. */
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PowerState } from '../../store/words.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { needsParentsPower } from '../kin.ts';
import { POWER_VERB } from '../plans/plans.ts';
import { powerStateOf } from './power-state.ts';

const POLL_MS = 2_000;

const childArgs = z.object({
  target: z.enum(['power on', 'power off', 'rebooting']),
  only: z.array(z.string()).optional(),
});
type Target = z.output<typeof childArgs>['target'];

export function parentPowerOnStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching on the node that it is a part of',
    limit: 'power_s',
    run: async (context) => {
      const parent = await deps.store.nodes.get(context.node().parent_node ?? '');
      if (parent === null) return { kind: 'done', note: 'The node is a part of none any more.' };
      const wait = await untilSwitched(context, deps, { kin: parent, target: 'power on' });
      return wait ?? { kind: 'done', note: `Node ${nameOf(parent)}, which it is a part of, is on.` };
    },
  };
}

export function childPowerStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching the nodes that are parts of it',
    limit: 'power_s',
    run: async (context) => {
      const { target, only } = childArgs.parse(context.args);
      const all = await deps.store.nodes.childrenOf(context.node().uuid);
      const children = all.filter((child) =>
        only === undefined ? needsParentsPower(child) : only.includes(child.uuid),
      );
      const outcomes: StepOutcome[] = [];
      for (const kin of children) {
        const outcome = await untilSwitched(context, deps, { kin, target });
        if (outcome !== null) outcomes.push(outcome);
      }
      const names = children.map(nameOf).join(', ') || 'none';
      const failed = outcomes.find(({ kind }) => kind === 'failed');
      return failed ?? outcomes[0] ?? { kind: 'done', note: `Its parts (${names}): ${target}.` };
    },
  };
}

const nameOf = ({ name, uuid }: NodeRecord): string => name ?? uuid;

type Wish = { readonly kin: NodeRecord; readonly target: Target };

/** By a job of the other node's own; null when its power is as wished, or its reboot is done. */
async function untilSwitched(
  context: StepContext,
  deps: StepDeps,
  { kin, target }: Wish,
): Promise<StepOutcome | null> {
  const { jobs } = deps.store;
  // Looked at first: a node whose power is right is not waited for, whatever is done with it.
  if (target !== 'rebooting' && (await shows(deps, kin)) === target) return null;
  const waitFor = (verb: string): StepOutcome => ({
    kind: 'wait',
    for: `the job "${verb}" of node ${nameOf(kin)} to end`,
    pollMs: POLL_MS,
  });
  const running = await jobs.runningOf(kin.uuid);
  if (running !== null) return waitFor(running.verb);
  const last = await jobs.lastOf(kin.uuid);
  const before = context.scratch()[kin.uuid];
  // Whoever asked for it: a power job since then has answered the question, but for what the BMC shows.
  if (typeof before === 'number' && last !== null && last.id > before && last.verb === POWER_VERB) {
    if (last.status === 'done' && target === 'rebooting') return null;
    if (last.status !== 'done')
      return {
        kind: 'failed',
        because: `Node ${nameOf(kin)} did not come to "${target}": ${last.error ?? 'its job was given up'}`,
        hint: `See why: ingot node why ${nameOf(kin)}`,
      };
  }
  // Journaled first: jobs up to this one are not what was asked for here.
  await context.save({ [kin.uuid]: last?.id ?? 0 });
  try {
    await deps.requestPower(kin.uuid, target);
  } catch (error) {
    // Somebody was quicker.
    if (!(error instanceof IngotError && error.code === 'node_locked')) throw error;
  }
  return waitFor(POWER_VERB);
}

async function shows(deps: StepDeps, kin: NodeRecord): Promise<PowerState | null> {
  return powerStateOf(await deps.withBmc(kin, (bmc) => bmc.power()));
}
