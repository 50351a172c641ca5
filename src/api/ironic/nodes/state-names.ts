/** Provision states by microversion: what older clients call a state, and where their new nodes begin. Pure. */
import type { ProvisionState } from '../../../store/words.ts';

/** States that came later, and what the versions before 1.`since` show instead (Ironic, api/controllers/v1/node.py). */
const NAMED_LATER: Readonly<
  Partial<Record<ProvisionState, { readonly since: number; readonly before: ProvisionState | null }>>
> = {
  available: { since: 2, before: null },
  'inspect wait': { since: 39, before: 'inspecting' },
};

/** Nodes begin in `enroll` since 1.11. */
const ENROLL_SINCE = 11;

/** The state's name at 1.`minor`; null was the name of `available`. */
export function stateNameAt(state: ProvisionState, minor: number): ProvisionState | null {
  const later = NAMED_LATER[state];
  return later === undefined || minor >= later.since ? state : later.before;
}

/** Where a node begins that a client of 1.`minor` creates: an old one knows neither `enroll` nor `manage`. */
export function firstStateAt(minor: number): ProvisionState {
  return minor < ENROLL_SINCE ? 'available' : 'enroll';
}
