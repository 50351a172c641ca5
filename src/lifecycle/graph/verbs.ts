/** What operators may ask for, in which states, and what to do first where they may not. Pure. */
import { IngotError } from '../../errors.ts';
import { waysOutOfHold } from '../../hold-words.ts';
import { holderOf, nodeLocked } from '../../store/node-lock.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { type ProvisionState, VERBS, type Verb } from '../../store/words.ts';
import { edgeFrom, isTransient, STATES, targetOf } from './graph.ts';
import { EDGES, type Edge, type GraphEvent } from './graph-edges.ts';

export type VerbFacts = {
  /** The event of the graph that the verb is. */
  readonly event: GraphEvent;
  /** Ironic's word for the work, of verbs that it refuses while a node is in maintenance. */
  readonly notInMaintenance?: 'provisioning' | 'cleaning' | 'rescuing' | 'unrescuing' | 'service';
  /** The flag of a node that forbids the verb. */
  readonly unless?: 'protected' | 'retired';
  /** The state that it is asked for the sake of, of verbs that are refused in it. */
  readonly brings?: ProvisionState;
};

export const VERB_FACTS: Readonly<Record<Verb, VerbFacts>> = {
  manage: { event: 'manage', brings: 'manageable' },
  provide: { event: 'provide', unless: 'retired', brings: 'available' },
  inspect: { event: 'inspect' },
  active: { event: 'deploy', notInMaintenance: 'provisioning', brings: 'active' },
  rebuild: { event: 'rebuild', notInMaintenance: 'provisioning', unless: 'protected' },
  deleted: { event: 'delete', unless: 'protected', brings: 'available' },
  abort: { event: 'abort' },
  clean: { event: 'clean', notInMaintenance: 'cleaning' },
  adopt: { event: 'adopt', brings: 'active' },
  rescue: { event: 'rescue', notInMaintenance: 'rescuing' },
  unrescue: { event: 'unrescue', notInMaintenance: 'unrescuing', brings: 'active' },
  unhold: { event: 'unhold' },
  service: { event: 'service', notInMaintenance: 'service' },
};

/** The states in which the verb is accepted. */
export function allowedIn(verb: Verb): readonly ProvisionState[] {
  const { event } = VERB_FACTS[verb];
  return EDGES.filter((edge) => edge.by === 'operator' && edge.event === event).map((edge) => edge.from);
}

/** Whether the graph has the verb in the node's state, whatever else may speak against it. */
export function acceptsVerb({ provision_state }: Pick<NodeRecord, 'provision_state'>, verb: Verb): boolean {
  return edgeFrom(provision_state, VERB_FACTS[verb].event)?.by === 'operator';
}

/**
 * The edge that the verb takes. Throws `invalid_state` with what to do first; `said`: the verb as its asker spelled it.
 */
export function edgeForVerb(node: NodeRecord, verb: Verb, said: string = verb): Edge {
  const facts = VERB_FACTS[verb];
  // Of these Ironic looks at maintenance before it looks at the state.
  if (facts.notInMaintenance === 'provisioning') refuseInMaintenance(node, verb);
  const edge = edgeFrom(node.provision_state, facts.event);
  if (edge === null || edge.by !== 'operator') throw refusal(node, verb, said);
  return edge;
}

export type HinderingFlag = 'maintenance' | 'protected' | 'retired';

/** The flag for whose sake the node is refused the verb that its state accepts; null: none. */
export function flagAgainst(node: NodeRecord, verb: Verb): HinderingFlag | null {
  const { unless, notInMaintenance } = VERB_FACTS[verb];
  if (node.maintenance && notInMaintenance !== undefined) return 'maintenance';
  return unless !== undefined && node[unless] ? unless : null;
}

/** The command that takes the flag from the node, and why it was set. */
export function howToClear(node: NodeRecord, flag: HinderingFlag): string {
  const name = node.name ?? node.uuid;
  const command = flag === 'maintenance' ? `maintenance ${name} off` : `set ${name} ${flag}=false`;
  return `ingot node ${command} (reason: ${node[`${flag}_reason`] ?? 'none given'})`;
}

/** What Ironic asks after the verb's arguments. Throws `invalid_state` or `forbidden`. */
export function refuseByFlags(node: NodeRecord, verb: Verb): void {
  const flag = flagAgainst(node, verb);
  if (flag === 'maintenance') refuseInMaintenance(node, verb);
  if (flag === 'protected') refuseProtected(node);
  if (flag === 'retired') throw retirement(node);
}

/** In Ironic's words (ironic/common/exception.py, NodeInMaintenance). */
function refuseInMaintenance(node: NodeRecord, verb: Verb): void {
  const { notInMaintenance } = VERB_FACTS[verb];
  if (!node.maintenance || notInMaintenance === undefined) return;
  throw new IngotError(
    'invalid_state',
    `The ${notInMaintenance} operation can't be performed on node ${node.uuid} because it's in maintenance mode.`,
    { hint: `First: ${howToClear(node, 'maintenance')}.` },
  );
}

/** Throws `forbidden` for what would take a protected node's instance away. */
export function refuseProtected(node: NodeRecord): void {
  if (!node.protected) return;
  throw new IngotError(
    'forbidden',
    `Node ${node.uuid} is protected and cannot be undeployed, rebuilt or deleted`,
    { hint: `First: ${howToClear(node, 'protected')}.` },
  );
}

function retirement(node: NodeRecord): IngotError {
  return new IngotError(
    'invalid_state',
    `The providing operation can't be performed on node ${node.uuid} because it is retired.`,
    { hint: `First: ${howToClear(node, 'retired')}.` },
  );
}

/** Ironic's own sentence (ironic/common/exception.py, InvalidStateRequested) and the way there. */
function refusal(node: NodeRecord, verb: Verb, said: string): IngotError {
  const state = node.provision_state;
  return new IngotError(
    'invalid_state',
    `The requested action "${said}" can not be performed on node "${node.uuid}" while it is in state "${state}".`,
    { hint: whatToDoFirst(node, verb) },
  );
}

/** What to do about a job that is in the way; abort is told only where the graph has it. */
export function waitForJob(node: Pick<NodeRecord, 'uuid' | 'name' | 'provision_state'>): string {
  const name = node.name ?? node.uuid;
  if (STATES[node.provision_state].kind === 'hold') return `A step holds it. ${waysOutOfHold(name)}`;
  const abort =
    edgeFrom(node.provision_state, 'abort')?.by === 'operator'
      ? `, or stop it with \`ingot node abort ${name}\``
      : '';
  return `Wait until the job has ended (ingot node watch ${name})${abort}.`;
}

/** For what cannot be done beside a job that is at work. */
export function lockedBy(
  node: Pick<NodeRecord, 'uuid' | 'name' | 'provision_state'>,
  job: Pick<JobRecord, 'verb' | 'id' | 'asked_by' | 'error'>,
): IngotError {
  const tidying = `It has failed or was aborted, and tidies up: wait until it has ended (ingot node watch ${node.name ?? node.uuid}).`;
  const whatToDo = job.error === null ? waitForJob(node) : tidying;
  return nodeLocked(node.uuid, { hint: `${holderOf(job)} ${whatToDo}` });
}

/** What both `ingot node` and `baremetal node` call the verbs that Ironic's API names after states; it takes either. */
const COMMANDS: Readonly<Partial<Record<Verb, string>>> = { active: 'deploy', deleted: 'undeploy' };

/** `undeploy` as advice: what it costs is said with it. */
export function undeployOf(node: Pick<NodeRecord, 'uuid' | 'name'>): string {
  return `ingot node ${commandOf('deleted')} ${node.name ?? node.uuid} (it gives up the OS on the disk)`;
}

/** The verb's word for people. */
export function commandOf(verb: Verb): string {
  return COMMANDS[verb] ?? verb;
}

function whatToDoFirst(node: NodeRecord, verb: Verb): string {
  const state = node.provision_state;
  if (STATES[state].kind === 'hold') {
    const then = node.target_provision_state ?? targetOf(state);
    return `A step holds the node on its way to "${then}". ${waysOutOfHold(node.name ?? node.uuid)}`;
  }
  if (VERB_FACTS[verb].brings === state) return `It is ${state} already.${INSTEAD[verb] ?? ''}`;
  if (isTransient(state)) {
    const abort = edgeFrom(state, 'abort')?.by === 'operator' ? ', or ask for abort' : '';
    return `A job works on the node: wait until it has ended (ingot node watch tells how far it is)${abort}.`;
  }
  const path = shortestPath(state, verb);
  if (path === null || path.length === 0) {
    const states = allowedIn(verb).map((one) => `"${one}"`);
    return `"${commandOf(verb)}" is for nodes in state ${states.join(' or ')}.`;
  }
  const words = path.map(commandOf).join(', then ');
  const cost = path.includes('deleted') ? ` ${commandOf('deleted')} gives up the OS on the disk.` : '';
  return `Ask for ${words} first; "${commandOf(verb)}" is accepted in state "${endOf(state, path)}".${cost}`;
}

/** What somebody may have meant who asks for what the node is already. */
const INSTEAD: Readonly<Partial<Record<Verb, string>>> = { active: ' "rebuild" deploys it anew.' };

/** The verbs that lead from `state` to a state where `verb` is accepted, when all goes well. */
export function shortestPath(state: ProvisionState, verb: Verb): readonly Verb[] | null {
  const goals = new Set(allowedIn(verb).filter((one) => STATES[one].kind !== 'wait'));
  const seen = new Set<ProvisionState>([state]);
  let frontier: readonly { at: ProvisionState; path: readonly Verb[] }[] = [{ at: state, path: [] }];
  while (frontier.length > 0) {
    const reached = frontier.find(({ at }) => goals.has(at));
    if (reached !== undefined) return reached.path;
    const steps = frontier.flatMap(({ at, path }) =>
      verbsFrom(at).map((one) => ({ at: settledAfter(at, one), path: [...path, one] })),
    );
    frontier = steps.filter(({ at }) => !seen.has(at) && seen.add(at));
  }
  return null;
}

/** No way to anywhere is told over these: one gives work up, the other is for machines that run already. */
const DETOURS: ReadonlySet<Verb> = new Set(['abort', 'adopt']);

function verbsFrom(state: ProvisionState): readonly Verb[] {
  return VERBS.filter(
    (verb) => !DETOURS.has(verb) && edgeFrom(state, VERB_FACTS[verb].event)?.by === 'operator',
  );
}

function endOf(state: ProvisionState, path: readonly Verb[]): ProvisionState {
  return path.reduce(settledAfter, state);
}

/** Where a node comes to rest after a verb, when every step succeeds. */
function settledAfter(state: ProvisionState, verb: Verb): ProvisionState {
  const first = edgeFrom(state, VERB_FACTS[verb].event)?.to ?? state;
  const facts = STATES[first];
  return facts.kind === 'auto' || facts.kind === 'wait' ? facts.target : first;
}
