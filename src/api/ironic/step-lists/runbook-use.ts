/** A runbook in the place of `clean_steps` or `service_steps` (1.92). */
import { IngotError } from '../../../errors.ts';
import type { AskedStep } from '../../../lifecycle/plans/asked-steps.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { Queries } from '../../../store/store.ts';
import { allows, forbidden } from '../../access/policies.ts';
import type { Principal } from '../../access/principal.ts';
import { visibleNode } from '../../access/visible-node.ts';
import type { ProvisionBody } from '../../schemas/provision.ts';
import { seenBy } from './runbook-owners.ts';
import { RUNBOOKS } from './step-list-kinds.ts';
import { findStepList, notFound } from './step-lists.ts';

type AskedWork = { readonly steps: readonly AskedStep[] | null; readonly withoutRamdisk: boolean };

/**
 * What the request wants done in which way: its own steps, or those of the runbook that it names. Throws `not_found`
 * for an unknown runbook and for a named child that is not the caller's, `invalid_input` for a runbook that the node
 * has no trait for.
 */
export async function workAskedFor(
  queries: Pick<Queries, 'stepLists' | 'nodes'>,
  node: NodeRecord,
  { body, principal }: { readonly body: ProvisionBody; readonly principal: Principal },
): Promise<AskedWork> {
  const { runbook: ident = null } = body;
  if (ident === null) {
    const steps = body.clean_steps ?? body.service_steps ?? null;
    await refuseOthersChildren(queries, steps ?? [], principal);
    return { steps, withoutRamdisk: body.disable_ramdisk === true };
  }
  const runbook = await findStepList(queries, RUNBOOKS, ident);
  if (!seenBy(principal, runbook)) throw notFound(RUNBOOKS, ident);
  if (!node.traits.includes(runbook.name)) {
    throw new IngotError(
      'invalid_input',
      `This runbook has not been approved for use on this node ${node.uuid}. ` +
        'Please ask an administrator to add it to your node traits.',
      { hint: `The node needs the trait ${runbook.name}.` },
    );
  }
  const steps = runbook.steps.toSorted((a, b) => a.rank - b.rank).map(({ rank: _, ...step }) => step);
  return { steps, withoutRamdisk: runbook.disable_ramdisk };
}

/** The right to a node is none to its children, which may be others': each that a step names is asked for. */
async function refuseOthersChildren(
  queries: Pick<Queries, 'nodes'>,
  steps: readonly AskedStep[],
  principal: Principal,
): Promise<void> {
  const named = new Set(steps.flatMap(({ onChildren }) => onChildren?.only ?? []));
  for (const uuid of named) {
    const child = await visibleNode(principal, queries, uuid);
    if (!allows(principal, 'node:set_provision_state', child))
      throw forbidden('node:set_provision_state', principal);
  }
}
