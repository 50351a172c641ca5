import { type Call, del, type Family, get, patch, post } from '../call.ts';
import { NOBODY, nodeId, partId, portId } from './ids.ts';

const NODE = nodeId(0x70);
const A = partId(0x70);
const B = partId(0x71);
const PORT = portId(0x70);
const AT = '/v1/portgroups';
const make = (name: string, fields: object, extra: Partial<Call> = {}): Call =>
  post(name, AT, { node_uuid: NODE, ...fields }, extra);
const set = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const list = (query: string): Call => get(query, `${AT}?${query}`);

export const portgroups: Family = {
  name: 'portgroups',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'bonded', driver: 'fake-hardware' }),
    get('none yet', AT),
    get('before 1.23', AT, { version: '1.22' }),
    make('one', { uuid: A, name: 'bond0', address: '52:54:00:00:70:AA', extra: { a: 1 } }),
    make('another', {
      uuid: B,
      mode: '802.3ad',
      properties: { miimon: 100 },
      standalone_ports_supported: false,
    }),
    make('the name again', { name: 'bond0' }),
    make('the address again', { address: '52:54:00:00:70:aa' }),
    make('the uuid again', { uuid: A }),
    make('a name that is none', { name: 'a b' }),
    make('no MAC', { address: 'x' }),
    make('an unknown field', { bogus: 1 }),
    make('a mode before 1.26', { mode: 'active-backup' }, { version: '1.25' }),
    post('no node', AT, { name: 'x' }),
    post('a node that is not there', AT, { node_uuid: NOBODY }),
    post('a node that is no uuid', AT, { node_uuid: 'x' }),
    make('ports alone by a word', { standalone_ports_supported: 'perhaps' }),
    get('show', `${AT}/${A}`),
    get('show by name', `${AT}/bond0`),
    get('show at 1.25', `${AT}/${A}`, { version: '1.25' }),
    get('show fields', `${AT}/${A}?fields=name,address`),
    get('show a field that is none', `${AT}/${A}?fields=bogus`),
    get('show nobody', `${AT}/${NOBODY}`),
    get('show nobody by name', `${AT}/nobody`),
    list('detail=True'),
    get('all in detail', `${AT}/detail`),
    list('address=52:54:00:00:70:aa'),
    list('address=x'),
    list('node=bonded'),
    list(`node=${NOBODY}`),
    list('fields=uuid,mode'),
    list('sort_key=name&sort_dir=desc'),
    list('sort_key=bogus'),
    list('limit=1'),
    list(`marker=${NOBODY}`),
    list('bogus=1'),
    get('of a node', `/v1/nodes/${NODE}/portgroups`),
    post('a port in it', '/v1/ports', {
      uuid: PORT,
      node_uuid: NODE,
      address: '52:54:00:00:70:01',
      portgroup_uuid: A,
    }),
    post('a port in none', '/v1/ports', {
      node_uuid: NODE,
      address: '52:54:00:00:70:02',
      portgroup_uuid: NOBODY,
    }),
    get('its ports', `${AT}/${A}/ports`),
    get('the ports of nobody', `${AT}/${NOBODY}/ports`),
    get('ports by it', `/v1/ports?portgroup=bond0`),
    patch('another name', `${AT}/${A}`, [set('/name', 'bond1')]),
    patch('a name that is none', `${AT}/${A}`, [set('/name', 'a b')]),
    patch('no name', `${AT}/${A}`, [{ op: 'remove', path: '/name' }]),
    patch('another mode', `${AT}/${A}`, [set('/mode', 'balance-rr')]),
    patch('no mode', `${AT}/${A}`, [{ op: 'remove', path: '/mode' }]),
    patch('a property', `${AT}/${A}`, [{ op: 'add', path: '/properties/miimon', value: 50 }]),
    patch('no address', `${AT}/${A}`, [{ op: 'remove', path: '/address' }]),
    patch('another node that is not there', `${AT}/${A}`, [set('/node_uuid', NOBODY)]),
    patch('the uuid', `${AT}/${A}`, [set('/uuid', NOBODY)]),
    patch('a field that is none', `${AT}/${A}`, [{ op: 'add', path: '/bogus', value: 1 }]),
    patch('internal info', `${AT}/${A}`, [{ op: 'add', path: '/internal_info/x', value: 1 }]),
    patch('no ports alone', `${AT}/${A}`, [set('/standalone_ports_supported', false)]),
    patch('nobody', `${AT}/${NOBODY}`, [set('/name', 'x')]),
    del('with a port', `${AT}/${A}`),
    patch('the port out of it', `/v1/ports/${PORT}`, [{ op: 'remove', path: '/portgroup_uuid' }]),
    del('one', `${AT}/${A}`),
    del('again', `${AT}/${A}`),
    del('all', AT),
  ],
};
