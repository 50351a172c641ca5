/** The provision states and how one follows another. Pure; the edges are in `graph-edges.ts`. */
import { PROVISION_STATES, type ProvisionState } from '../../store/words.ts';
import { EDGES, type Edge, type GraphEvent } from './graph-edges.ts';

/** The configuration's time limits, by name (`timeouts` in `config/schema.ts`). */
export type TimeLimit = 'callback_s' | 'command_s' | 'power_s';

/**
 * `stable`: nothing happens until an operator asks. `auto`: ingot works on it. `wait`: ingot waits for the
 * agent. `hold`: ingot waits for an operator. `fail`: a job ended badly; an operator decides.
 */
export type StateFacts =
  | { readonly kind: 'stable' }
  | { readonly kind: 'hold' | 'fail'; readonly target: ProvisionState }
  /** `limit` bounds any step taken in this state that names no limit of its own. */
  | { readonly kind: 'auto' | 'wait'; readonly target: ProvisionState; readonly limit: TimeLimit };

const stable: StateFacts = { kind: 'stable' };
const auto = (target: ProvisionState): StateFacts => ({ kind: 'auto', target, limit: 'power_s' });
const wait = (target: ProvisionState): StateFacts => ({ kind: 'wait', target, limit: 'callback_s' });
const hold = (target: ProvisionState): StateFacts => ({ kind: 'hold', target });
const fail = (target: ProvisionState): StateFacts => ({ kind: 'fail', target });

export const STATES: Readonly<Record<ProvisionState, StateFacts>> = {
  enroll: stable,
  verifying: auto('manageable'),
  manageable: stable,
  available: stable,
  inspecting: auto('manageable'),
  'inspect wait': wait('manageable'),
  'inspect failed': fail('manageable'),
  cleaning: auto('available'),
  'clean wait': wait('available'),
  'clean hold': hold('available'),
  'clean failed': fail('available'),
  deploying: auto('active'),
  'wait call-back': wait('active'),
  'deploy hold': hold('active'),
  'deploy failed': fail('active'),
  active: stable,
  deleting: auto('available'),
  error: stable,
  adopting: auto('active'),
  'adopt failed': fail('active'),
  rescuing: auto('rescue'),
  'rescue wait': wait('rescue'),
  rescue: stable,
  'rescue failed': fail('rescue'),
  unrescuing: auto('active'),
  'unrescue failed': fail('active'),
  servicing: auto('active'),
  'service wait': wait('active'),
  'service hold': hold('active'),
  'service failed': fail('active'),
};

/** States in which the ramdisk's agent may look its node up (Ironic's LOOKUP_ALLOWED, without fast track). */
export const AGENT_STATES: ReadonlySet<ProvisionState> = new Set(
  PROVISION_STATES.filter((state) =>
    [state, edgeFrom(state, 'resume')?.to].some((one) => one !== undefined && canWait(one)),
  ),
);

/** States in which its heartbeats are taken down (Ironic's HEARTBEAT_ALLOWED): while it is held, too. */
export const HEARTBEAT_STATES: ReadonlySet<ProvisionState> = new Set(
  PROVISION_STATES.filter((state) => AGENT_STATES.has(state) || STATES[state].kind === 'hold'),
);

function canWait(state: ProvisionState): boolean {
  return STATES[state].kind === 'auto' && edgeFrom(state, 'wait') !== null;
}

/** The edge that `event` takes out of `state`, or null when there is none. */
export function edgeFrom(state: ProvisionState, event: GraphEvent): Edge | null {
  return EDGES.find((edge) => edge.from === state && edge.event === event) ?? null;
}

/** The state after `event`, or null when the graph has no such edge. */
export function next(state: ProvisionState, event: GraphEvent): ProvisionState | null {
  return edgeFrom(state, event)?.to ?? null;
}

/** Whether a job works on a node in this state, or ought to. */
export function isTransient(state: ProvisionState): boolean {
  const { kind } = STATES[state];
  return kind === 'auto' || kind === 'wait';
}

/** What `target_provision_state` says in a state: where the node is heading; null when it has arrived. */
export function targetOf(state: ProvisionState): ProvisionState | null {
  const facts = STATES[state];
  return facts.kind === 'stable' ? null : facts.target;
}
