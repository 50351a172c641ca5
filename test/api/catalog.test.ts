/** The catalog of routes: what each listener offers, who may call it, and that nothing is missing. */
import { expect, test } from 'vitest';
import { createBootApi, createLcmApi } from '../../src/api/api.ts';
import { CATALOG } from '../../src/api/catalog/catalog.ts';
import { configSchema } from '../../src/config/schema.ts';
import { createLog } from '../../src/log.ts';
import { apiFixture } from './fixtures.ts';
import { routesOf } from './routes.ts';

test('every route of the operators’ API is in the catalog, and the catalog has no other (src/api/catalog)', async () => {
  const { app } = await apiFixture();
  expect(await routesOf(app)).toEqual(Object.keys(CATALOG).sort());
});

test('without a login the operators’ API offers what Ironic offers, and nothing else', () => {
  const open = Object.entries(CATALOG).flatMap(([name, { access }]) =>
    access.on === 'nobody' ? [name] : [],
  );
  expect(open.sort()).toEqual([
    'GET /',
    'GET /healthz',
    'GET /openapi.json',
    'GET /v1',
    'GET /v1/lookup',
    'POST /v1/continue_inspection',
    'POST /v1/heartbeat/:ident',
  ]);
});

test('the boot network’s listener has these routes, beside boot files, and the LCM network’s has one', async () => {
  const { lifecycle } = await apiFixture();
  const deps = { lifecycle, log: createLog('silent') };
  expect(await routesOf(createBootApi(deps))).toEqual([
    'GET /',
    'GET /v1',
    'GET /v1/lookup',
    'POST /v1/continue_inspection',
    'POST /v1/heartbeat/:ident',
  ]);
  expect(await routesOf(createLcmApi(deps))).toEqual(['POST /lcm/v1/nodes/:uuid/status']);
});

test('with a login every route but the open ones is shut to those who have none', async () => {
  const config = configSchema.parse({ api: { auth: 'token' } });
  const { ask } = await apiFixture({ config });
  for (const [name, { access }] of Object.entries(CATALOG)) {
    if (access.on === 'nobody') continue;
    const [method = '', path = ''] = name.split(' ');
    const answer = await ask(method as 'GET', path.replace(/:\w+/g, 'x'), { body: {} });
    expect([name, answer.status]).toEqual([name, 401]);
  }
});
