import { type Call, del, type Family, get, patch, post } from '../call.ts';
import { NOBODY, nodeId, partId } from './ids.ts';

const NODE = nodeId(0x74);
const A = partId(0x74);
const AT = '/v1/chassis';
const set = (path: string, value: unknown): object => ({ op: 'replace', path, value });
const list = (query: string): Call => get(query, `${AT}?${query}`);

export const chassis: Family = {
  name: 'chassis',
  calls: [
    get('none yet', AT),
    post('one', AT, { uuid: A, description: 'blade centre', extra: { row: 3 } }),
    post('another', AT, {}),
    post('the uuid again', AT, { uuid: A }),
    post('a uuid that is none', AT, { uuid: 'x' }),
    post('a description too long', AT, { description: 'x'.repeat(256) }),
    post('an unknown field', AT, { bogus: 1 }),
    get('show', `${AT}/${A}`),
    get('show fields', `${AT}/${A}?fields=description`),
    get('show fields before 1.8', `${AT}/${A}?fields=description`, { version: '1.7' }),
    get('show a field that is none', `${AT}/${A}?fields=bogus`),
    get('show nobody', `${AT}/${NOBODY}`),
    get('show a word', `${AT}/word`),
    list('fields=uuid'),
    list('detail=True&limit=1'),
    list('limit=-1'),
    list('sort_key=bogus'),
    list(`marker=${NOBODY}`),
    get('all in detail', `${AT}/detail`),
    post('a node in it', '/v1/nodes', {
      uuid: NODE,
      name: 'blade',
      driver: 'fake-hardware',
      chassis_uuid: A,
    }),
    post('a node in nothing', '/v1/nodes', { driver: 'fake-hardware', chassis_uuid: NOBODY }),
    get('its nodes', `${AT}/${A}/nodes`),
    get('its nodes in detail', `${AT}/${A}/nodes?detail=True`),
    get('the nodes of nobody', `${AT}/${NOBODY}/nodes`),
    get('nodes by it', `/v1/nodes?chassis_uuid=${A}`),
    patch('another description', `${AT}/${A}`, [set('/description', 'x')]),
    patch('no description', `${AT}/${A}`, [{ op: 'remove', path: '/description' }]),
    patch('more', `${AT}/${A}`, [{ op: 'add', path: '/extra/b', value: 2 }]),
    patch('the uuid', `${AT}/${A}`, [set('/uuid', NOBODY)]),
    patch('a field that is none', `${AT}/${A}`, [{ op: 'add', path: '/bogus', value: 1 }]),
    patch('nobody', `${AT}/${NOBODY}`, [set('/description', 'x')]),
    del('with a node', `${AT}/${A}`),
    patch('the node out of it', `/v1/nodes/${NODE}`, [{ op: 'remove', path: '/chassis_uuid' }]),
    patch('the node into it', `/v1/nodes/${NODE}`, [{ op: 'add', path: '/chassis_uuid', value: A }]),
    patch('the node into nothing', `/v1/nodes/${NODE}`, [
      { op: 'add', path: '/chassis_uuid', value: NOBODY },
    ]),
    del('the node', `/v1/nodes/${NODE}`),
    del('one', `${AT}/${A}`),
    del('again', `${AT}/${A}`),
    del('all', AT),
  ],
};
