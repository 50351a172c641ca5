import { type Call, del, type Family, get, patch, post } from '../call.ts';
import { NOBODY, nodeId, partId } from './ids.ts';

const NODE = nodeId(0x78);
const C = partId(0x78);
const T = partId(0x79);
const CONNECTORS = '/v1/volume/connectors';
const TARGETS = '/v1/volume/targets';
const IQN = 'iqn.2026-11.org.example:n1';
const set = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const connector = (name: string, fields: object): Call =>
  post(`connector ${name}`, CONNECTORS, { node_uuid: NODE, type: 'iqn', connector_id: IQN, ...fields });
const target = (name: string, fields: object): Call =>
  post(`target ${name}`, TARGETS, {
    node_uuid: NODE,
    volume_type: 'iscsi',
    volume_id: 'v1',
    boot_index: 0,
    ...fields,
  });

export const volumes: Family = {
  name: 'volumes',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'voluminous', driver: 'fake-hardware' }),
    get('what there is', '/v1/volume'),
    get('before 1.32', CONNECTORS, { version: '1.31' }),
    get('no connectors yet', CONNECTORS),
    get('no targets yet', TARGETS),
    connector('while its power is not known', { uuid: C }),
    target('while its power is not known', { uuid: T, properties: { auth_password: 'x', lun: 1 } }),
    connector('again', {}),
    connector('of its uuid', { uuid: C, connector_id: 'other' }),
    connector('of no type', { type: null }),
    connector('of a type that is none', { type: 'rope' }),
    connector('without an id', { connector_id: null }),
    connector('of nobody', { node_uuid: NOBODY }),
    connector('with an unknown field', { bogus: 1 }),
    target('of its boot index', { volume_id: 'v2' }),
    target('of its uuid', { uuid: T, boot_index: 3 }),
    target('without a boot index', { boot_index: null }),
    target('of a boot index that is a word', { boot_index: 'x' }),
    target('without an id', { volume_id: null }),
    target('without a type', { volume_type: null }),
    target('of nobody', { node_uuid: NOBODY }),
    target('with an unknown field', { bogus: 1 }),
    get('a connector', `${CONNECTORS}/${C}`),
    get('a target', `${TARGETS}/${T}`),
    get('connectors', CONNECTORS),
    get('targets', TARGETS),
    get('connectors in detail', `${CONNECTORS}?detail=True`),
    get('targets in detail', `${TARGETS}?detail=True`),
    get('connectors by fields', `${CONNECTORS}?fields=uuid,type`),
    get('targets by no field', `${TARGETS}?fields=bogus`),
    get('connectors of a node', `${CONNECTORS}?node=voluminous`),
    get('targets of nobody', `${TARGETS}?node=${NOBODY}`),
    get('targets by detail and fields', `${TARGETS}?detail=True&fields=uuid`),
    get('targets sorted', `${TARGETS}?sort_key=boot_index`),
    get('targets sorted by what does not', `${TARGETS}?sort_key=properties`),
    get('the volumes of a node', `/v1/nodes/${NODE}/volume`),
    get('the connectors of a node', `/v1/nodes/${NODE}/volume/connectors`),
    get('the targets of a node', `/v1/nodes/${NODE}/volume/targets`),
    get('the targets of no node', '/v1/nodes/nobody/volume/targets'),
    get('a connector that is not there', `${CONNECTORS}/${NOBODY}`),
    get('a target that is not there', `${TARGETS}/${NOBODY}`),
    get('a target by a word', `${TARGETS}/word`),
    patch('a connector', `${CONNECTORS}/${C}`, [set('/connector_id', 'iqn.other')]),
    patch('a connector of no type', `${CONNECTORS}/${C}`, [set('/type', 'rope')]),
    patch('a connector without an id', `${CONNECTORS}/${C}`, [{ op: 'remove', path: '/connector_id' }]),
    patch('a connector that is not there', `${CONNECTORS}/${NOBODY}`, [set('/type', 'iqn')]),
    patch('a target', `${TARGETS}/${T}`, [set('/boot_index', 2)]),
    patch('a target by its mask', `${TARGETS}/${T}`, [set('/properties/lun', 2)]),
    patch('a target without an index', `${TARGETS}/${T}`, [{ op: 'remove', path: '/boot_index' }]),
    patch('the uuid of a target', `${TARGETS}/${T}`, [set('/uuid', NOBODY)]),
    del('a connector', `${CONNECTORS}/${C}`),
    del('a connector again', `${CONNECTORS}/${C}`),
    del('a target', `${TARGETS}/${T}`),
    del('a target again', `${TARGETS}/${T}`),
    target('of a negative boot index', { boot_index: -1 }),
    del('all targets', TARGETS),
  ],
};
