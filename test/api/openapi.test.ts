/** The OpenAPI document: complete, valid to a foreign eye, and true of what the API answers and refuses. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { CATALOG } from '../../src/api/catalog/catalog.ts';
import { type Answer, aNode, apiFixture, fakeDhcp, NODE } from './fixtures.ts';

const run = promisify(execFile);
const VALIDATOR = new URL('../../node_modules/.bin/validate-api', import.meta.url).pathname;

/** What @seriousme/openapi-schema-validator says of a document. */
async function isValid(document: object): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-openapi-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const { stdout } = await run(VALIDATOR, [file]).catch((error: { stdout: string }) => error);
  return JSON.parse(stdout.slice(stdout.indexOf('{'))).valid === true;
}

test('is served to everybody, and a foreign validator finds it valid; a wrong one it does not', async () => {
  const { ask } = await apiFixture();
  const { status, body } = await ask('GET', '/openapi.json');
  expect([status, body.openapi]).toEqual([200, '3.1.1']);
  expect(await isValid(body)).toBe(true);
  const wrong = { ...body, paths: { ...body.paths, '/v1/nodes': { get: { responses: { 200: {} } } } } };
  expect(await isValid(wrong)).toBe(false);
});

test('has every route of the catalog, each under a name of its own, and no reference into the void', async () => {
  const { ask } = await apiFixture();
  const { paths, components } = (await ask('GET', '/openapi.json')).body;
  const names = Object.entries<Record<string, { operationId: string }>>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(names.sort()).toEqual(Object.keys(CATALOG).sort());
  const ids = Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
  const references = [...JSON.stringify({ paths, components }).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  const at = (path: string): unknown =>
    path
      .split('/')
      .reduce<unknown>((inside, part) => Reflect.get(Object(inside), part), { components, paths });
  for (const [, path = ''] of references) expect([path, at(path)]).not.toEqual([path, undefined]);
});

test('tells of each route which login and role it takes, and of an open one that it takes none', async () => {
  const { ask } = await apiFixture();
  const { paths, security } = (await ask('GET', '/openapi.json')).body;
  expect(security).toEqual([{}, { basic: [] }, { token: [] }]);
  expect(paths['/v1/lookup'].get.security).toEqual([{}]);
  expect(paths['/v1/nodes'].post).toMatchObject({ 'x-policy': 'node:create', responses: { 401: {} } });
});

const PORT = '52:54:00:12:34:56';
/** What this test does not make; `apiFixture` holds those of all tests against their schemas. */
const NOT_MADE =
  /chassis|\/allocation$|:event|:hostname|boot\/ca|indicators|volume|(deploy_templates|runbooks|inspection_rules)\/:ident/;

test('the answers that it describes are those that the API gives, at the oldest version and the newest', async () => {
  const { ask, store } = await apiFixture({ dhcp: fakeDhcp() });
  const body = { ...aNode(), extra: { a: [1] }, ports: [{ address: PORT }] };
  const conforms = (name: string, answer: Answer): void => {
    const { answer: schema, status = 200 } = CATALOG[name] ?? {};
    expect([name, answer.status]).toEqual([name, status]);
    expect([name, schema?.safeParse(answer.body).error?.message]).toEqual([name, undefined]);
  };
  conforms('POST /ingot/v1/nodes', await ask('POST', '/ingot/v1/nodes', { body }));
  const [port] = await store.ports.listByNode(NODE);
  const group = { node_uuid: NODE, name: 'bond0' };
  const made = await ask('POST', '/v1/portgroups', { body: group });
  conforms('POST /v1/portgroups', made);
  const token = { name: 'ci' };
  conforms('POST /ingot/v1/tokens', await ask('POST', '/ingot/v1/tokens', { body: token }));
  await store.nodes.update(NODE, { provision_state: 'available', power_state: 'power off' });
  const allocation = await ask('POST', '/v1/allocations', { body: { resource_class: 'big', name: 'a' } });
  conforms('POST /v1/allocations', allocation);
  const idents: Readonly<Record<string, string>> = {
    '/v1/ports/': port?.uuid ?? '',
    '/v1/portgroups/': made.body.uuid,
    '/v1/allocations/': allocation.body.uuid,
  };
  for (const [name, { answer, since = 1 }] of Object.entries(CATALOG)) {
    const [method, path = ''] = name.split(' ');
    if (method !== 'GET' || answer === undefined || NOT_MADE.test(path)) continue;
    const [, ident = NODE] = Object.entries(idents).find(([start]) => path.startsWith(start)) ?? [];
    const url = path.replace(':ident', ident);
    for (const version of [`1.${since}`, '1.96']) conforms(name, await ask('GET', url, { version }));
  }
});

test('the bodies that it describes are those that the API takes: a field that it does not have is refused', async () => {
  const { ask } = await apiFixture();
  const { paths } = (await ask('GET', '/openapi.json')).body;
  const strict = Object.entries<{ post?: { requestBody?: object } }>(paths).filter(
    ([path, { post }]) =>
      !path.includes('{') && JSON.stringify(post?.requestBody ?? {}).includes('"additionalProperties":false'),
  );
  expect(strict.length).toBeGreaterThan(8);
  for (const [path] of strict) {
    const answer = await ask('POST', path, { body: { no_such_field: 1 } });
    expect([path, answer.status]).toEqual([path, 400]);
  }
});
