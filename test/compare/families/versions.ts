import { type Family, get, post } from '../call.ts';
import { nodeId, portId } from './ids.ts';

const NODE = nodeId(0x10);
const PORT = portId(0x10);
/** Where a field of these resources begins to show, and the one before. */
const MINORS = [
  1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 18, 19, 20, 21, 23, 24, 25, 26, 30, 31, 32, 33, 34, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 46, 47, 48, 49, 50, 51, 52, 53, 60, 61, 64, 65, 66, 74, 75, 81, 82,
];

/** Negotiation, and the same resources as each version shows them. */
export const versions: Family = {
  name: 'versions',
  calls: [
    post('a node to look at', '/v1/nodes', { uuid: NODE, name: 'versions', driver: 'fake-hardware' }),
    post('a port to look at', '/v1/ports', { uuid: PORT, node_uuid: NODE, address: '52:54:00:00:10:01' }),
    get('the root', '/'),
    get('the root without a version', '/', { version: null }),
    get('the root with one that is not there', '/', { version: '1.999' }),
    get('v1 without a version', '/v1', { version: null }),
    get('v1 with a slash', '/v1/'),
    get('latest', `/v1/nodes/${NODE}/states`, { version: '1.82' }),
    get('one of the future', '/v1/nodes', { version: '1.999' }),
    get('another major', '/v1/nodes', { version: '2.1' }),
    get('a word', '/v1/nodes', { version: 'new' }),
    get('a number alone', '/v1/nodes', { version: '1' }),
    get('1.0', '/v1/nodes', { version: '1.0' }),
    ...MINORS.flatMap((minor) => [
      get(`a node at 1.${minor}`, `/v1/nodes/${NODE}`, { version: `1.${minor}` }),
      get(`its states at 1.${minor}`, `/v1/nodes/${NODE}/states`, { version: `1.${minor}` }),
      get(`a port at 1.${minor}`, `/v1/ports/${PORT}`, { version: `1.${minor}` }),
    ]),
    ...[1, 10, 11].map((minor) =>
      post(
        `a node made at 1.${minor}`,
        '/v1/nodes',
        { uuid: nodeId(0x10 + minor), driver: 'fake-hardware' },
        { version: `1.${minor}` },
      ),
    ),
    ...[1, 2].flatMap((minor) => [
      get(`an available node at 1.${minor}`, `/v1/nodes/${nodeId(0x1a)}`, { version: `1.${minor}` }),
      get(`its states when available at 1.${minor}`, `/v1/nodes/${nodeId(0x1a)}/states`, {
        version: `1.${minor}`,
      }),
      get(`a list with it at 1.${minor}`, '/v1/nodes', { version: `1.${minor}` }),
    ]),
    ...[1, 4, 5, 22, 23, 32, 49, 52, 54, 55, 82].map((minor) =>
      get(`v1 at 1.${minor}`, '/v1', { version: `1.${minor}` }),
    ),
  ],
};
