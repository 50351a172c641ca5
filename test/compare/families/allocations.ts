import { type Call, del, type Family, get, patch, post, put } from '../call.ts';
import { NOBODY, nodeId, partId } from './ids.ts';

const NODE = nodeId(0x7c);
const A = partId(0x7c);
const FAILED = partId(0x7d);
const AT = '/v1/allocations';
const NODE_AT = `/v1/nodes/${NODE}`;
const make = (name: string, fields: object, extra: Partial<Call> = {}): Call =>
  post(name, AT, { resource_class: 'chosen', ...fields }, extra);
const set = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const to = (target: string, state: string): Call =>
  put(
    `${target} to ${state}`,
    `${NODE_AT}/states/provision`,
    { target },
    { settles: { node: NODE, in: state } },
  );

export const allocations: Family = {
  name: 'allocations',
  calls: [
    post('a node', '/v1/nodes', {
      uuid: NODE,
      name: 'choosable',
      driver: 'fake-hardware',
      resource_class: 'chosen',
    }),
    to('manage', 'manageable'),
    to('provide', 'available'),
    // Ironic leaves out those whose power it does not know.
    put(
      'off',
      `${NODE_AT}/states/power`,
      { target: 'power off' },
      { settles: { node: NODE, in: 'available' } },
    ),
    put('its trait', `${NODE_AT}/traits/CUSTOM_CHOSEN`, undefined),
    get('none yet', AT),
    get('before 1.52', AT, { version: '1.51' }),
    post('make before 1.52', AT, { resource_class: 'chosen' }, { version: '1.51' }),
    post('of no class', AT, { name: 'x' }),
    make('of a name that is none', { name: 'a b' }),
    make('of a uuid that is none', { uuid: 'x' }),
    make('of traits that are none', { traits: ['x'] }),
    make('of candidates that are not there', { candidate_nodes: ['nobody'] }),
    make('with an unknown field', { bogus: 1 }),
    make('of a node that is not there', { node: 'nobody' }),
    make('of a node before 1.58', { node: NODE }, { version: '1.57' }),
    make(
      'that nothing suits',
      { uuid: FAILED, name: 'unlucky', resource_class: 'gold' },
      { settles: { allocation: FAILED } },
    ),
    make(
      'that the node suits',
      { uuid: A, name: 'web', traits: ['CUSTOM_CHOSEN'], candidate_nodes: ['choosable'], extra: { a: 1 } },
      { settles: { allocation: A } },
    ),
    make('the name again', { name: 'web' }),
    make('the uuid again', { uuid: A }),
    get('how the node stands', `${NODE_AT}?fields=uuid,instance_uuid,allocation_uuid,instance_info`),
    get('show', `${AT}/${A}`),
    get('show by name', `${AT}/web`),
    get('show what failed', `${AT}/unlucky`),
    get('show fields', `${AT}/web?fields=state,node_uuid`),
    get('show a field that is none', `${AT}/web?fields=bogus`),
    get('show an owner before 1.60', `${AT}/web`, { version: '1.59' }),
    get('show nobody', `${AT}/nobody`),
    get('all', AT),
    get('all by fields', `${AT}?fields=uuid,state`),
    get('all of a state', `${AT}?state=error`),
    get('all of a state that is none', `${AT}?state=bogus`),
    get('all of a class', `${AT}?resource_class=gold`),
    get('all of a node', `${AT}?node=choosable`),
    get('all of nobody', `${AT}?node=nobody`),
    get('all by a sort that is none', `${AT}?sort_key=traits`),
    get('of a node', `${NODE_AT}/allocation`),
    get('of nobody', '/v1/nodes/nobody/allocation'),
    patch('another name', `${AT}/${A}`, [set('/name', 'web2')]),
    patch('more', `${AT}/${A}`, [{ op: 'add', path: '/extra/b', value: 2 }]),
    patch('another class', `${AT}/${A}`, [set('/resource_class', 'x')]),
    patch('before 1.57', `${AT}/${A}`, [set('/name', 'x')], { version: '1.56' }),
    patch('nobody', `${AT}/${NOBODY}`, [set('/name', 'x')]),
    patch("the node's instance", NODE_AT, [set('/instance_uuid', NOBODY)]),
    del('the node with it', NODE_AT),
    to('active', 'active'),
    del('one whose node is active', `${AT}/${A}`),
    patch("the node's instance away when active", NODE_AT, [{ op: 'remove', path: '/instance_uuid' }]),
    to('deleted', 'available'),
    get('after the node was given back', `${AT}/${A}`),
    get('how the node stands at last', `${NODE_AT}?fields=uuid,instance_uuid,allocation_uuid`),
    del('what failed', `${AT}/${FAILED}`),
    del('what failed again', `${AT}/${FAILED}`),
    del('of a node that has none', `${NODE_AT}/allocation`),
    del('all', AT),
  ],
};
