/** Steps that an operator asks to be done to a node's children: to which, and whether they can be. */
import { IngotError } from '../../errors.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import { needsParentsPower } from '../kin.ts';
import type { AskedStep } from './asked-steps.ts';
import { refusePowerOff } from './never-off.ts';

/** What a reserved step makes of the power of the node that it is done to. */
const POWER_AFTER: ReadonlyMap<string, boolean> = new Map([
  ['power_on', true],
  ['power_off', false],
  ['reboot', true],
]);

/**
 * The steps with the children named that each is done to: where the request names none, all that the node has now.
 * What would fail in the middle of the list is refused. `isOn`: whether the node is on when its steps begin.
 *
 * @throws IngotError `invalid_input` for a node that is no child, and for a child that cannot come on without the
 * node's power; `conflict` for one that must not go off
 */
export async function withChildren(
  queries: Pick<Queries, 'nodes'>,
  { node, isOn }: { readonly node: NodeRecord; readonly isOn: boolean },
  asked: readonly AskedStep[],
): Promise<readonly AskedStep[]> {
  if (asked.every(({ onChildren }) => onChildren === undefined)) return asked;
  const all = await queries.nodes.childrenOf(node.uuid);
  let hasPower = isOn;
  return asked.map((step) => {
    if (step.onChildren === undefined) {
      hasPower = POWER_AFTER.get(step.step) ?? hasPower;
      return step;
    }
    const { only } = step.onChildren;
    const children = only === null ? all : only.map((uuid) => childOf(node, { all, uuid, step }));
    for (const child of children) refuseImpossible(step, { child, hasPower });
    return { ...step, onChildren: { only: children.map(({ uuid }) => uuid) } };
  });
}

type Named = { readonly all: readonly NodeRecord[]; readonly uuid: string; readonly step: AskedStep };

/** Ironic passes over those that are no children, and the step is done to nobody. */
function childOf(node: NodeRecord, { all, uuid, step }: Named): NodeRecord {
  const child = all.find((one) => one.uuid === uuid);
  if (child !== undefined) return child;
  throw new IngotError(
    'invalid_input',
    `The step "${step.step}" cannot be executed on node ${uuid}: it is no child of node ${node.uuid}`,
    {
      hint: 'limit_child_node_execution names nodes whose parent_node is this one; without it all of them are meant.',
    },
  );
}

function refuseImpossible(
  { step }: AskedStep,
  { child, hasPower }: { readonly child: NodeRecord; readonly hasPower: boolean },
): void {
  if (step === 'power_off') refusePowerOff(child, 'power off');
  if (hasPower || POWER_AFTER.get(step) !== true || !needsParentsPower(child)) return;
  throw new IngotError(
    'invalid_input',
    `The step "${step}" cannot be executed on child node ${child.uuid}: it runs on the power of its parent, ` +
      'which is off by then',
    { hint: 'Put the step power_on for the node itself before it.' },
  );
}
