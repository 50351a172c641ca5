/** The one OpenAPI document (3.1) of the operators' API, made from the catalog of routes. Pure. */
import type { Json, JsonObject } from '../../json.ts';
import { VERSION } from '../../version.ts';
import { errorAnswer, loginErrorAnswer } from '../catalog/answers.ts';
import { CATALOG } from '../catalog/catalog.ts';
import type { Operation } from '../catalog/operation.ts';
import { MAX_VERSION, MIN_VERSION } from '../version.ts';
import { type Components, schemaOf } from './schemas.ts';

const DESCRIPTION =
  'Ironic’s API below /v1, which its own clients speak, and what Ironic has no words for below /ingot/v1. ' +
  'Below /v1 a request names a microversion; without one it speaks 1.1, the oldest. Fields and routes that a ' +
  'microversion does not know are not there.';

/** Resources in the order in which a reader wants them; a path belongs to the longest that it begins with. */
const TAGS: readonly { readonly name: string; readonly at: string }[] = [
  { name: 'nodes', at: '/v1/nodes' },
  { name: 'ports', at: '/v1/port' },
  { name: 'allocations', at: '/v1/allocations' },
  { name: 'agents', at: '/v1/lookup' },
  { name: 'agents', at: '/v1/heartbeat' },
  { name: 'agents', at: '/v1/continue_inspection' },
  { name: 'Ironic', at: '/v1' },
  { name: 'DHCP', at: '/ingot/v1/dhcp' },
  { name: 'DHCP', at: '/ingot/v1/discovered' },
  { name: 'ingot', at: '/ingot/v1' },
  { name: 'API', at: '/' },
];

export function openApiDocument(): JsonObject {
  const components: Components = new Map();
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, operation] of Object.entries(CATALOG)) {
    const [method = '', route = ''] = name.split(' ');
    const path = route.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(name, operation, components) };
  }
  const error = schemaOf(errorAnswer, 'output', components);
  const loginError = schemaOf(loginErrorAnswer, 'output', components);
  return {
    openapi: '3.1.1',
    info: { title: 'ingot', version: VERSION, description: DESCRIPTION, license: LICENSE },
    servers: [{ url: '/' }],
    security: [{}, { basic: [] }, { token: [] }],
    tags: [...new Set(TAGS.map(({ name }) => name))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      parameters: { Microversion: MICROVERSION },
      responses: {
        Error: answered('What was wrong, in Ironic’s shape, and what to do', {
          'application/json': { schema: error },
        }),
        Unauthorized: answered('Who asks is not known', { 'application/json': { schema: loginError } }),
      },
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'Where api.auth has basic' },
        token: { type: 'http', scheme: 'bearer', description: 'Where api.auth has token' },
      },
    },
  };
}

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

const MICROVERSION = {
  name: 'X-OpenStack-Ironic-API-Version',
  in: 'header',
  description: `From ${MIN_VERSION} to ${MAX_VERSION}, or latest`,
  schema: { type: 'string', default: MIN_VERSION, examples: [MAX_VERSION] },
};

function describe(name: string, operation: Operation, components: Components): JsonObject {
  const [method = '', route = ''] = name.split(' ');
  const { access, body, bodyOptional = false, since, summary } = operation;
  const isIronic = /^\/v1(\/|$)/.test(route);
  const policy = 'policy' in access ? access.policy : null;
  return {
    operationId: [method.toLowerCase(), ...route.split(/[/:]+/).filter((part) => part !== '')]
      .join('_')
      .replaceAll('.', '_'),
    summary,
    tags: [tagOf(route)],
    ...(since === undefined ? {} : { description: `Since microversion 1.${since}.` }),
    parameters: [
      ...[...route.matchAll(/:(\w+)/g)].map(([, parameter = '']) => ({
        name: parameter,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...queryParameters(operation, components),
      ...(isIronic ? [{ $ref: '#/components/parameters/Microversion' }] : []),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !bodyOptional,
            content: { 'application/json': { schema: schemaOf(body, 'input', components) } },
          },
        }),
    responses: {
      ...answer(operation, components),
      ...(access.on === 'nobody' ? {} : { '401': { $ref: '#/components/responses/Unauthorized' } }),
      default: { $ref: '#/components/responses/Error' },
    },
    ...(access.on === 'nobody' ? { security: [{}] } : {}),
    ...(policy === null ? {} : { 'x-policy': policy }),
  };
}

function queryParameters({ query }: Operation, components: Components): readonly JsonObject[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input', components);
  return Object.entries(properties as JsonObject).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
    required: Array.isArray(required) && required.includes(name),
  }));
}

function answer(operation: Operation, components: Components): JsonObject {
  const { answer: shape, mediaType, status = 200, summary } = operation;
  if (mediaType !== undefined)
    return { [status]: answered(summary, { [mediaType]: { schema: { type: 'string' } } }) };
  if (shape !== undefined) {
    const schema = schemaOf(shape, 'output', components);
    return { [status]: answered(summary, { 'application/json': { schema } }) };
  }
  if (status === 204 || status === 202) return { [status]: { description: 'Done, or begun' } };
  return { [status]: answered(summary, { 'application/json': { schema: { type: 'object' } } }) };
}

function answered(description: string, content: JsonObject): JsonObject {
  return { description, content };
}

function tagOf(route: string): string {
  const found = TAGS.filter(({ at }) => route.startsWith(at)).sort((a, b) => b.at.length - a.at.length);
  return found[0]?.name ?? 'API';
}
