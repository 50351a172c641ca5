import { type Call, del, type Family, type Forced, get, patch, post, put } from '../call.ts';
import { instanceId, nodeId } from './ids.ts';
import { BASIC_VERBS } from './verb-names.ts';

const NODE = nodeId(0x60);
const AT = `/v1/nodes/${NODE}`;

/** Where a node is heading in each state, and the verbs that lead out of it, with what they lead to. */
type State = Forced & {
  readonly ways: Readonly<Record<string, string>>;
  /** Not asked for: only one of the two takes it, or comes to an end with it. */
  readonly apart?: readonly string[];
};

const STATES: readonly State[] = [
  {
    provision_state: 'inspect failed',
    target_provision_state: 'manageable',
    ways: { inspect: 'manageable', manage: 'manageable' },
  },
  { provision_state: 'clean failed', target_provision_state: 'available', ways: { manage: 'manageable' } },
  {
    provision_state: 'deploy failed',
    target_provision_state: 'active',
    ways: { active: 'active', rebuild: 'active', deleted: 'available' },
  },
  {
    provision_state: 'adopt failed',
    target_provision_state: 'active',
    ways: { adopt: 'active', manage: 'manageable' },
  },
  {
    provision_state: 'rescue failed',
    target_provision_state: 'rescue',
    ways: { rescue: 'rescue', unrescue: 'active', deleted: 'available' },
  },
  {
    provision_state: 'unrescue failed',
    target_provision_state: 'active',
    ways: { rescue: 'rescue', unrescue: 'active', deleted: 'available' },
  },
  {
    provision_state: 'error',
    target_provision_state: 'available',
    ways: { rebuild: 'active', deleted: 'available' },
  },
  {
    provision_state: 'inspect wait',
    target_provision_state: 'manageable',
    ways: {},
    // Pretended inspection of Ironic cannot be aborted, and waits for ever.
    apart: ['abort'],
  },
  {
    provision_state: 'wait call-back',
    target_provision_state: 'active',
    ways: { deleted: 'available' },
    // Since 1.110, and in ingot.
    apart: ['abort'],
  },
  { provision_state: 'verifying', target_provision_state: 'manageable', ways: {} },
  { provision_state: 'inspecting', target_provision_state: 'manageable', ways: {} },
];

const bodyOf = (target: string): object => ({
  target,
  ...(target === 'rescue' ? { rescue_password: 'open sesame' } : {}),
  ...(target === 'clean' ? { clean_steps: [{ interface: 'deploy', step: 'erase_devices' }] } : {}),
});

const callsIn = ({ ways, apart = [], ...forced }: State): readonly Call[] => {
  const state = forced.provision_state;
  const here = { forced: { node: NODE, ...forced, more: { maintenance: 0, instance_uuid: null } } };
  const provision = (target: string, extra: Partial<Call>): Call =>
    put(`${target} in ${state}`, `${AT}/states/provision`, bodyOf(target), extra);
  return [
    get(`a node in ${state}`, AT, here),
    get(`its states in ${state}`, `${AT}/states`),
    ...BASIC_VERBS.filter((verb) => ways[verb] === undefined && !apart.includes(verb)).map((verb) =>
      provision(verb, {}),
    ),
    patch(`something else in ${state}`, AT, [{ op: 'add', path: '/extra/rack', value: '7' }]),
    patch(`another interface in ${state}`, AT, [{ op: 'add', path: '/bios_interface', value: 'no-bios' }]),
    del(`delete in ${state}`, AT),
    // Where it was deleted; elsewhere its name is taken.
    post(`the node again after ${state}`, '/v1/nodes', MADE),
    ...Object.entries(ways).map(([verb, end]) =>
      provision(verb, { ...here, settles: { node: NODE, in: end } }),
    ),
  ];
};

const MADE = { uuid: NODE, name: 'unlucky', driver: 'fake-hardware', resource_class: 'big' };

/** States of failure and on the way, to which pretended hardware does not come by itself. */
export const failures: Family = {
  name: 'failures',
  calls: [
    post('a node', '/v1/nodes', MADE),
    ...STATES.flatMap(callsIn),
    put('abort of an inspection before 1.41', `${AT}/states/provision`, bodyOf('abort'), {
      version: '1.40',
      forced: { node: NODE, provision_state: 'inspect wait', target_provision_state: 'manageable' },
    }),
    get('inspect wait at 1.38', AT, { version: '1.38' }),
    get('inspect wait at 1.39', AT, { version: '1.39' }),
    put('maintenance in the middle', `${AT}/maintenance`, { reason: 'hopeless' }),
    get('in maintenance, on the way', `${AT}/states`, {
      forced: {
        node: NODE,
        provision_state: 'clean wait',
        target_provision_state: 'available',
        more: { instance_uuid: instanceId(0x60) },
      },
    }),
    del('delete in maintenance, on the way, with an instance', AT),
    get('a node that is gone', AT),
  ],
};
