import { del, type Family, get, patch, post, put } from '../call.ts';
import { nodeId } from './ids.ts';

const NODE = nodeId(0x90);
const NAMED = nodeId(0x91);
const BOTH = nodeId(0x92);

/** `.json` behind a path, and names that end so. */
export const jsonSuffix: Family = {
  name: 'json suffix',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'plain', driver: 'fake-hardware' }),
    post('a node named so', '/v1/nodes', { uuid: NAMED, name: 'rack.json', driver: 'fake-hardware' }),
    get('by name and suffix', '/v1/nodes/plain.json'),
    get('by name and suffix, with a slash', '/v1/nodes/plain.json/'),
    get('by uuid and suffix', `/v1/nodes/${NODE}.json`),
    get('without a version', `/v1/nodes/${NODE}.json`, { version: null }),
    get('its states', '/v1/nodes/plain/states.json'),
    get('its states, below the suffix', '/v1/nodes/plain.json/states'),
    get('nobody', '/v1/nodes/nobody.json'),
    get('the one named so', '/v1/nodes/rack.json'),
    get('the one named so, with the suffix', '/v1/nodes/rack.json.json'),
    patch('the one named so, changed', '/v1/nodes/rack.json', [{ op: 'add', path: '/extra/a', value: 1 }]),
    get('an allocation', '/v1/allocations/nobody.json'),
    get('a template', '/v1/deploy_templates/CUSTOM_NOBODY.json'),
    put('a trait', '/v1/nodes/plain/traits/CUSTOM_A.json', undefined),
    get('the traits', '/v1/nodes/plain/traits.json'),
    post('a node of the rest', '/v1/nodes', { uuid: BOTH, name: 'rack', driver: 'fake-hardware' }),
    get('the one of the rest goes before', '/v1/nodes/rack.json', { version: '1.82' }),
    del('the rest away', '/v1/nodes/rack.json'),
    del('the one named so away', '/v1/nodes/rack.json'),
    del('the first away', '/v1/nodes/plain.json'),
  ],
};
