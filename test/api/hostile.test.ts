/** Whatever a body holds, the answer is the client's fault or a success: never 500, never silence. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBootApi, createLcmApi } from '../../src/api/api.ts';
import { createLog } from '../../src/log.ts';
import { aNode, apiFixture, askApp, NODE } from './fixtures.ts';

const VALUES = fc.jsonValue({ maxDepth: 3 });
const KEYS = [
  'name',
  'uuid',
  'driver',
  'driver_info',
  'extra',
  'target',
  'configdrive',
  'reason',
  'ports',
  'address',
  'node_uuid',
  'inventory',
  'callback_url',
  'agent_token',
  'status',
  'addresses',
  '__proto__',
  'constructor',
];
const OBJECTS = fc.dictionary(fc.constantFrom(...KEYS), VALUES, { noNullPrototype: true });
const OPERATION = fc.record({
  op: fc.constantFrom('add', 'replace', 'remove', 'move'),
  path: fc.constantFrom(
    '/name',
    '/driver',
    '/extra',
    '/extra/a',
    '/extra/a/0/b',
    '/driver_info/x',
    '/maintenance',
    '/__proto__/x',
    '//',
    '',
  ),
  value: VALUES,
});
const BODIES = fc
  .oneof(VALUES, OBJECTS, fc.array(OPERATION, { maxLength: 4 }))
  .map((value) => JSON.stringify(value));

test('random bodies to every route that takes one', async () => {
  const { app, store, lifecycle } = await apiFixture();
  await store.nodes.insert(aNode());
  const deps = { lifecycle, log: createLog('silent') };
  const boot = createBootApi(deps);
  const lcm = createLcmApi(deps);
  const routes = [
    { app, method: 'POST', url: '/v1/nodes' },
    { app, method: 'PATCH', url: '/v1/nodes/rack1-07' },
    { app, method: 'POST', url: '/v1/ports' },
    { app, method: 'POST', url: '/ingot/v1/nodes' },
    { app, method: 'PUT', url: `/v1/nodes/${NODE}/states/provision` },
    { app, method: 'PUT', url: `/v1/nodes/${NODE}/states/power` },
    { app, method: 'PUT', url: `/v1/nodes/${NODE}/maintenance` },
    { app: boot, method: 'POST', url: `/v1/heartbeat/${NODE}` },
    { app: boot, method: 'POST', url: '/v1/continue_inspection' },
    { app: lcm, method: 'POST', url: `/lcm/v1/nodes/${NODE}/status` },
  ] as const;
  const headers = { authorization: 'Bearer x' };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), BODIES, async (route, body) => {
      const { status } = await askApp(route.app, { ...route, body, headers });
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 1000 },
  );
}, 60_000);

test('random queries and versions', async () => {
  const { app, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const query = fc.array(
    fc.tuple(
      fc.constantFrom('fields', 'limit', 'marker', 'detail', 'maintenance', 'after', 'kinds', 'node', 'x'),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 3 },
  );
  const paths = [
    '/',
    '/v1',
    '/v1/nodes',
    '/v1/nodes/detail',
    '/v1/ports',
    '/v1/nodes/rack1-07',
    '/ingot/v1/nodes/rack1-07/timeline',
    '/v1/drivers',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      query,
      fc.stringMatching(/^[\x20-\x7e]{0,8}$/),
      async (path, pairs, version) => {
        const { status } = await askApp(app, {
          method: 'GET',
          url: `${path}?${new URLSearchParams(pairs).toString()}`,
          version,
        });
        expect(status).toBeLessThan(500);
      },
    ),
    { numRuns: 500 },
  );
}, 60_000);
