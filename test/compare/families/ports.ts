import { type Call, del, type Family, get, patch, post } from '../call.ts';
import { NOBODY, nodeId, portId } from './ids.ts';

const NODE = nodeId(0x60);
const A = portId(0x60);
const B = portId(0x61);
const list = (query: string, version?: string): Call =>
  get(
    `${query}${version === undefined ? '' : ` at ${version}`}`,
    `/v1/ports?${query}`,
    version === undefined ? {} : { version },
  );
const make = (name: string, fields: object, extra: Partial<Call> = {}): Call =>
  post(name, '/v1/ports', { node_uuid: NODE, ...fields }, extra);

const SMART = portId(0x63);
/** Links of a port that is made and, where it is taken, stays: the next one then has its address. */
const LINKS: readonly (readonly [string, unknown])[] = [
  ['a link with a word that is none', { port_id: 'x', switch_id: '00:00:00:00:00:01', bogus: 'x' }],
  ['a link of a number', { port_id: 7, switch_id: '00:00:00:00:00:01' }],
  ['a link of a switch that is none', { port_id: 'x', switch_id: 'x' }],
  ['a link of a kind of network that is none', { network_type: 'x' }],
  ['a managed link of no switch', { network_type: 'managed' }],
  ['a link of a host alone', { hostname: 'nic1' }],
  ['a link that is a list', []],
  ['a link of a datapath', { port_id: 'x', switch_id: 'A0B0C0D0E0F00102' }],
];

export const ports: Family = {
  name: 'ports',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'ported', driver: 'fake-hardware' }),
    make('a port in capitals', { uuid: A, address: '52:54:00:00:60:AA', extra: { a: 1 } }),
    make('another', { uuid: B, address: '52:54:00:00:60:02', pxe_enabled: false, physical_network: 'pn' }),
    make('the address again', { address: '52:54:00:00:60:aa' }),
    make('the address again in capitals', { address: '52:54:00:00:60:AA' }),
    make('the uuid again', { uuid: A, address: '52:54:00:00:60:03' }),
    make('no MAC', { address: 'x' }),
    make('no address', {}),
    post('no node', '/v1/ports', { address: '52:54:00:00:60:04' }),
    post('a node that is not there', '/v1/ports', { address: '52:54:00:00:60:04', node_uuid: NOBODY }),
    post('a node that is no uuid', '/v1/ports', { address: '52:54:00:00:60:04', node_uuid: 'x' }),
    make('an unknown field', { address: '52:54:00:00:60:04', bogus: 1 }),
    make('pxe_enabled of nonsense', { address: '52:54:00:00:60:04', pxe_enabled: 'perhaps' }),
    make('pxe_enabled before 1.19', { address: '52:54:00:00:60:04', pxe_enabled: true }, { version: '1.18' }),
    make(
      'a physical network before 1.34',
      { address: '52:54:00:00:60:04', physical_network: 'x' },
      { version: '1.33' },
    ),
    make('a link without a switch', {
      address: '52:54:00:00:60:04',
      local_link_connection: { port_id: 'x' },
    }),
    make('a link', {
      address: '52:54:00:00:60:05',
      uuid: portId(0x62),
      local_link_connection: { port_id: 'x', switch_id: '00:00:00:00:00:01', switch_info: 's' },
    }),
    ...LINKS.map(([name, local_link_connection]) =>
      make(name, { address: '52:54:00:00:60:04', uuid: portId(0x64), local_link_connection }),
    ),
    make('a smart NIC', {
      address: '52:54:00:00:60:06',
      uuid: SMART,
      is_smartnic: 'yes',
      local_link_connection: { port_id: 'rep0-0', hostname: 'nic1' },
    }),
    make('a smart NIC of no link', { address: '52:54:00:00:60:07', uuid: portId(0x65), is_smartnic: true }),
    make('a smart NIC at a switch', {
      address: '52:54:00:00:60:08',
      is_smartnic: true,
      local_link_connection: { port_id: 'x', switch_id: '00:00:00:00:00:01' },
    }),
    make('is_smartnic of nonsense', { address: '52:54:00:00:60:08', is_smartnic: 'perhaps' }),
    make('is_smartnic of null', { address: '52:54:00:00:60:08', uuid: portId(0x66), is_smartnic: null }),
    make(
      'is_smartnic before 1.53',
      { address: '52:54:00:00:60:09', is_smartnic: false },
      { version: '1.52' },
    ),
    get('show the smart NIC', `/v1/ports/${SMART}`),
    get('show the smart NIC before 1.53', `/v1/ports/${SMART}`, { version: '1.52' }),
    get('show is_smartnic before 1.53', `/v1/ports/${SMART}?fields=is_smartnic`, { version: '1.52' }),
    patch('smart no more', `/v1/ports/${SMART}`, [{ op: 'replace', path: '/is_smartnic', value: false }]),
    patch('smart again', `/v1/ports/${SMART}`, [{ op: 'add', path: '/is_smartnic', value: true }]),
    patch('smart without a host', `/v1/ports/${SMART}`, [{ op: 'remove', path: '/local_link_connection' }]),
    patch('is_smartnic away', `/v1/ports/${SMART}`, [{ op: 'remove', path: '/is_smartnic' }]),
    patch('not smart', `/v1/ports/${SMART}`, [{ op: 'add', path: '/is_smartnic', value: false }]),
    patch('smart before 1.53', `/v1/ports/${SMART}`, [{ op: 'add', path: '/is_smartnic', value: true }], {
      version: '1.52',
    }),
    get('show', `/v1/ports/${A}`),
    get('show fields', `/v1/ports/${A}?fields=address`),
    get('show a field that is none', `/v1/ports/${A}?fields=bogus`),
    get('show nobody', `/v1/ports/${NOBODY}`),
    get('show a word', '/v1/ports/word'),
    get('show in capitals', `/v1/ports/${A.toUpperCase()}`),
    get('all', '/v1/ports'),
    get('all in detail', '/v1/ports/detail'),
    list('detail=True'),
    list('detail=True', '1.42'),
    list('fields=address,extra'),
    list('fields=bogus'),
    list('fields=address', '1.7'),
    list('detail=True&fields=uuid'),
    list('address=52:54:00:00:60:aa'),
    list('address=52:54:00:00:60:AA'),
    list('address=52:54:00:00:60:ff'),
    list('address=x'),
    list('node=ported'),
    list(`node_uuid=${NODE}`),
    list('node_uuid=x'),
    list(`node_uuid=${NOBODY}`),
    list('node=nobody'),
    list('node=ported', '1.5'),
    list('limit=1'),
    list(`marker=${A}`),
    list(`marker=${NOBODY}`),
    list('sort_key=address&sort_dir=desc&fields=address'),
    list('sort_key=extra'),
    list('sort_key=bogus'),
    list('sort_dir=sideways'),
    list('bogus=1'),
    list('limit=-1'),
    list('shard=east', '1.81'),
    list('shard=east&fields=uuid'),
    patch('a new address', `/v1/ports/${A}`, [
      { op: 'replace', path: '/address', value: '52:54:00:00:60:BB' },
    ]),
    patch('an address that is taken', `/v1/ports/${A}`, [
      { op: 'replace', path: '/address', value: '52:54:00:00:60:02' },
    ]),
    patch('no address', `/v1/ports/${A}`, [{ op: 'remove', path: '/address' }]),
    patch('an address that is none', `/v1/ports/${A}`, [{ op: 'replace', path: '/address', value: 'x' }]),
    patch('extra', `/v1/ports/${A}`, [{ op: 'add', path: '/extra/b', value: 2 }]),
    patch('no extra', `/v1/ports/${A}`, [{ op: 'remove', path: '/extra' }]),
    patch('the uuid', `/v1/ports/${A}`, [{ op: 'replace', path: '/uuid', value: NOBODY }]),
    patch('a field that is none', `/v1/ports/${A}`, [{ op: 'add', path: '/bogus', value: 1 }]),
    patch('another node that is not there', `/v1/ports/${A}`, [
      { op: 'replace', path: '/node_uuid', value: NOBODY },
    ]),
    patch('not enabled', `/v1/ports/${A}`, [{ op: 'replace', path: '/pxe_enabled', value: false }]),
    patch('internal info', `/v1/ports/${A}`, [{ op: 'add', path: '/internal_info/x', value: 1 }]),
    get('the ports of a node', `/v1/nodes/${NODE}/ports`),
    del('a port', `/v1/ports/${A}`),
    del('again', `/v1/ports/${A}`),
    del('all ports', '/v1/ports'),
  ],
};
