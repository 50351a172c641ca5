/**
 * Ironic's provision graph as data: every edge with the reason why it is there. `by` says who may walk it: an
 * operator's verb, or ingot itself. Source: ironic/common/state_machine.py, 93 transitions of which the ones
 * that only exist twice (a verb and its older spelling) stand once.
 */
import type { ProvisionState } from '../../store/words.ts';

export const GRAPH_EVENTS = [
  'manage',
  'provide',
  'clean',
  'inspect',
  'adopt',
  'deploy',
  'rebuild',
  'delete',
  'rescue',
  'unrescue',
  'service',
  'abort',
  'unhold',
  'done',
  'fail',
  'wait',
  'resume',
  'hold',
] as const;
export type GraphEvent = (typeof GRAPH_EVENTS)[number];

export type Edge = {
  readonly from: ProvisionState;
  readonly event: GraphEvent;
  readonly to: ProvisionState;
  readonly by: 'operator' | 'ingot';
  readonly because: string;
};

type Row = readonly [GraphEvent, ProvisionState, string];

const operator = (from: ProvisionState, rows: readonly Row[]): readonly Edge[] =>
  rows.map(([event, to, because]) => ({ from, event, to, by: 'operator', because }));
const ingot = (from: ProvisionState, rows: readonly Row[]): readonly Edge[] =>
  rows.map(([event, to, because]) => ({ from, event, to, by: 'ingot', because }));

export const EDGES: readonly Edge[] = [
  ...operator('enroll', [['manage', 'verifying', 'A new node is managed after its BMC was verified.']]),
  ...ingot('verifying', [
    ['done', 'manageable', 'The BMC answered and its system was found.'],
    ['fail', 'enroll', 'A node whose BMC cannot be used stays enrolled.'],
  ]),
  ...operator('manageable', [
    ['provide', 'cleaning', 'A node is cleaned before it is offered for deployment.'],
    ['clean', 'cleaning', 'An operator may run clean steps by hand.'],
    ['inspect', 'inspecting', 'A managed node may be inspected.'],
    ['adopt', 'adopting', 'A machine that runs already may be taken over.'],
  ]),
  ...operator('available', [
    ['deploy', 'deploying', 'An available node may be deployed.'],
    ['manage', 'manageable', 'An available node may be taken back for management.'],
  ]),
  ...ingot('deploying', [
    ['done', 'active', 'The image is on the disk and the machine boots it.'],
    ['wait', 'wait call-back', 'A deployment waits for the agent.'],
    ['hold', 'deploy hold', 'A deployment may be held by a step.'],
    ['fail', 'deploy failed', 'A step of the deployment failed.'],
  ]),
  ...ingot('wait call-back', [
    ['resume', 'deploying', 'The agent answered: the deployment goes on.'],
    ['hold', 'deploy hold', 'A deployment may be held by a step.'],
    ['fail', 'deploy failed', 'The agent did not answer in time, or reported a failure.'],
  ]),
  ...operator('wait call-back', [
    ['abort', 'deploy failed', 'A deployment that waits may be aborted.'],
    ['delete', 'deleting', 'A deployment that waits may be given up.'],
  ]),
  ...operator('deploy hold', [
    ['unhold', 'wait call-back', 'A held deployment goes on when the operator says so.'],
    ['abort', 'deploy failed', 'A held deployment may be aborted.'],
  ]),
  ...operator('deploy failed', [
    ['rebuild', 'deploying', 'A failed deployment may be tried again.'],
    ['deploy', 'deploying', 'A failed deployment may be tried again.'],
    ['delete', 'deleting', 'A failed deployment may be given up.'],
  ]),
  ...operator('active', [
    ['rebuild', 'deploying', 'An active node may be deployed anew.'],
    ['delete', 'deleting', 'An active node may be given back.'],
    ['rescue', 'rescuing', 'An active node may be booted into a rescue system.'],
    ['service', 'servicing', 'Steps may be run on an active node.'],
  ]),
  ...operator('error', [
    ['rebuild', 'deploying', 'A node in error may be deployed anew.'],
    ['delete', 'deleting', 'A tear-down that failed may be tried again.'],
  ]),
  ...ingot('deleting', [
    ['clean', 'cleaning', 'After the tear-down the node is cleaned.'],
    ['fail', 'error', 'A step of the tear-down failed.'],
  ]),
  ...ingot('cleaning', [
    ['done', 'available', 'A cleaned node is available.'],
    ['manage', 'manageable', 'After clean steps by hand the node is managed again.'],
    ['wait', 'clean wait', 'Cleaning waits for the agent.'],
    ['hold', 'clean hold', 'Cleaning may be held by a step.'],
    ['fail', 'clean failed', 'A clean step failed.'],
  ]),
  ...ingot('clean wait', [
    ['resume', 'cleaning', 'The agent answered: cleaning goes on.'],
    ['hold', 'clean hold', 'Cleaning may be held by a step.'],
    ['fail', 'clean failed', 'The agent did not answer in time, or reported a failure.'],
  ]),
  ...operator('clean wait', [['abort', 'clean failed', 'Cleaning that waits may be aborted.']]),
  ...operator('clean hold', [
    ['unhold', 'clean wait', 'Held cleaning goes on when the operator says so.'],
    ['abort', 'clean failed', 'Held cleaning may be aborted.'],
  ]),
  ...operator('clean failed', [
    ['manage', 'manageable', 'An operator looks after a node whose cleaning failed.'],
  ]),
  ...ingot('inspecting', [
    ['done', 'manageable', 'The inventory is stored.'],
    ['wait', 'inspect wait', 'An inspection waits for the agent.'],
    ['fail', 'inspect failed', 'A step of the inspection failed.'],
  ]),
  ...ingot('inspect wait', [
    ['done', 'manageable', 'The inventory came while the inspection waited.'],
    ['resume', 'inspecting', 'The agent answered: the inspection goes on.'],
    ['fail', 'inspect failed', 'The agent did not answer in time, or reported a failure.'],
  ]),
  ...operator('inspect wait', [['abort', 'inspect failed', 'An inspection that waits may be aborted.']]),
  ...operator('inspect failed', [
    ['manage', 'manageable', 'A node may be managed without an inspection.'],
    ['inspect', 'inspecting', 'A failed inspection may be tried again.'],
  ]),
  ...ingot('adopting', [
    ['done', 'active', 'The machine that runs already is ours.'],
    ['fail', 'adopt failed', 'The machine could not be taken over.'],
  ]),
  ...operator('adopt failed', [
    ['adopt', 'adopting', 'Taking over may be tried again.'],
    ['manage', 'manageable', 'A node that was not taken over may be managed.'],
  ]),
  ...ingot('rescuing', [
    ['done', 'rescue', 'The rescue system runs.'],
    ['wait', 'rescue wait', 'A rescue waits for the agent.'],
    ['fail', 'rescue failed', 'A step of the rescue failed.'],
  ]),
  ...ingot('rescue wait', [
    ['resume', 'rescuing', 'The agent answered: the rescue goes on.'],
    ['fail', 'rescue failed', 'The agent did not answer in time, or reported a failure.'],
  ]),
  ...operator('rescue wait', [
    ['abort', 'rescue failed', 'A rescue that waits may be aborted.'],
    ['delete', 'deleting', 'A node may be given back while a rescue waits.'],
  ]),
  ...operator('rescue', [
    ['rescue', 'rescuing', 'A rescue may be begun anew.'],
    ['unrescue', 'unrescuing', 'A rescued node goes back to its own system.'],
    ['delete', 'deleting', 'A rescued node may be given back.'],
  ]),
  ...operator('rescue failed', [
    ['rescue', 'rescuing', 'A failed rescue may be tried again.'],
    ['unrescue', 'unrescuing', 'A node whose rescue failed goes back to its own system.'],
    ['delete', 'deleting', 'A node whose rescue failed may be given back.'],
  ]),
  ...ingot('unrescuing', [
    ['done', 'active', 'The node runs its own system again.'],
    ['fail', 'unrescue failed', 'A step of the way back failed.'],
  ]),
  ...operator('unrescue failed', [
    ['rescue', 'rescuing', 'The rescue system may be booted again.'],
    ['unrescue', 'unrescuing', 'The way back may be tried again.'],
    ['delete', 'deleting', 'The node may be given back.'],
  ]),
  ...ingot('servicing', [
    ['done', 'active', 'The service steps are done.'],
    ['wait', 'service wait', 'Service waits for the agent.'],
    ['hold', 'service hold', 'Service may be held by a step.'],
    ['fail', 'service failed', 'A service step failed.'],
  ]),
  ...ingot('service wait', [
    ['resume', 'servicing', 'The agent answered: service goes on.'],
    ['hold', 'service hold', 'Service may be held by a step.'],
    ['fail', 'service failed', 'The agent did not answer in time, or reported a failure.'],
  ]),
  ...operator('service wait', [
    ['abort', 'service failed', 'Service that waits may be aborted; ingot goes on to active by itself.'],
    ['delete', 'deleting', 'A node may be given back while service waits.'],
  ]),
  ...operator('service hold', [
    ['unhold', 'service wait', 'Held service goes on when the operator says so.'],
    ['service', 'servicing', 'Held service may be begun anew.'],
    ['abort', 'service failed', 'Held service may be aborted; ingot goes on to active by itself.'],
  ]),
  ...ingot('service hold', [['fail', 'service failed', 'A service step failed while it was held.']]),
  ...operator('service failed', [
    ['service', 'servicing', 'Failed service may be tried again.'],
    ['rescue', 'rescuing', 'A node whose service failed may be rescued.'],
    ['delete', 'deleting', 'A node whose service failed may be given back.'],
    ['abort', 'active', 'Service may be given up: the node is active again.'],
  ]),
  ...ingot('service failed', [
    ['wait', 'service wait', 'Service waits for the agent again.'],
    ['hold', 'service hold', 'Service may be held by a step.'],
  ]),
];
