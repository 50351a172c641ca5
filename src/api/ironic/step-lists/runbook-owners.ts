/** Whose a runbook is: a project's callers see and use their own and the public ones, and change their own. Pure. */
import { IngotError } from '../../../errors.ts';
import type { StepListRecord } from '../../../store/records/step-list.ts';
import { forbidden } from '../../access/policies.ts';
import type { Principal } from '../../access/principal.ts';

type Owned = Pick<StepListRecord, 'owner' | 'public'>;

export function seenBy({ project }: Principal, { owner, public: isPublic }: Owned): boolean {
  return project === null || owner === project || isPublic;
}

/** Throws `forbidden` where a project's callers would give a runbook away (ironic/common/policy.py). */
export function refuseReassignment(principal: Principal, touched: readonly string[]): void {
  if (principal.project === null) return;
  if (touched.includes('owner') || touched.includes('public')) throw forbidden('runbook:assign', principal);
}

/** A project's new runbook is the project's. Throws `invalid_input` in Ironic's words. */
export function madeBy<T extends Owned>({ project }: Principal, fields: T): T {
  if (project === null) return fields;
  const hint = `Your project is ${project}: leave owner and public out.`;
  if (fields.owner !== null && fields.owner !== project) {
    const sentence =
      'Cannot create a runbook as a project scoped admin with an owner other than your own project.';
    throw new IngotError('invalid_input', sentence, { hint });
  }
  if (fields.public)
    throw new IngotError('invalid_input', 'Cannot create a public runbook as a project scoped admin.', {
      hint,
    });
  return { ...fields, owner: project };
}
