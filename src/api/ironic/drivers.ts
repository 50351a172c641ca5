/** `/v1/drivers`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { INTERFACE_KINDS, type InterfaceKind, interfacesOf } from '../../lifecycle/interfaces.ts';
import type { ApiContext } from '../context.ts';
import { resourceLinks } from '../links.ts';
import { parseQuery } from '../parse.ts';
import { commaList, looseBoolean, WHOLE_SENTENCE } from '../schemas/common.ts';
import { baseUrl } from '../server.ts';
import { pickFields } from './fields.ts';
import { NODE_FIELDS } from './nodes/node-fields.ts';
import { interfaceField } from './nodes/node-interfaces.ts';
import { plainQuery, refuseDetailWithFields } from './paging.ts';
import { LOGICAL_DISK_PROPERTIES } from './raid-properties.ts';
import { notAcceptable } from './since.ts';

/** What `driver_info` may hold; the sentence is for operators. */
const BY_REDFISH: JsonObject = {
  redfish_address: 'URL of the BMC: https://10.30.0.7. Required.',
  redfish_system_id:
    'Path of the system, such as /redfish/v1/Systems/1. The only system is taken when absent.',
  redfish_username: 'User of the BMC.',
  redfish_password: 'Password of the BMC; never shown again.',
  redfish_verify_ca:
    'true (default): public authorities; false: no check; a path: a file with the authority.',
};
const PROPERTIES: Readonly<Record<string, JsonObject>> = { redfish: BY_REDFISH, idrac: BY_REDFISH };

/** Where a driver begins to tell where its properties are, its interfaces, and only the fields that are asked for. */
const SINCE = { raid: 12, properties: 14, dynamic: 30, fields: 77 } as const;

export const driverShowQuery = z.strictObject({ fields: commaList.optional() });
const driverType = z.string().superRefine((text, context) => {
  if (text === 'classic' || text === 'dynamic') return;
  const message = '"type" filter must be one of "classic" or "dynamic", if specified.';
  context.addIssue({ code: 'custom', message, params: WHOLE_SENTENCE });
});
export const driverListQuery = driverShowQuery.extend({
  detail: looseBoolean.optional(),
  type: driverType.optional(),
});

function choicesOf(driver: string, minor: number): JsonObject {
  const since = (kind: InterfaceKind): number =>
    NODE_FIELDS.find((field) => field.name === interfaceField(kind))?.since ?? 1;
  return Object.fromEntries(
    INTERFACE_KINDS.filter((kind) => since(kind) <= minor).flatMap((kind) => {
      const enabled = interfacesOf(driver)[kind];
      return [
        [`default_${kind}_interface`, enabled[0]],
        [`enabled_${kind}_interfaces`, enabled],
      ];
    }),
  );
}

const passthruQuery = z.looseObject({ method: z.string().max(255).optional() });

type WithName = { Params: { name: string } };

export function driverRoutes(app: FastifyInstance, { drivers, hostname }: ApiContext): void {
  const view = (name: string, base: string, minor: number): JsonObject => ({
    name,
    hosts: [hostname],
    ...(minor >= SINCE.dynamic ? { type: 'dynamic' } : {}),
    links: resourceLinks(base, `drivers/${name}`),
    ...(minor >= SINCE.properties ? { properties: resourceLinks(base, `drivers/${name}/properties`) } : {}),
  });
  const detailed = (name: string, base: string, minor: number): JsonObject => ({
    ...view(name, base, minor),
    ...(minor >= SINCE.dynamic ? choicesOf(name, minor) : {}),
  });
  /** All that a driver has, or the fields that are asked for. */
  const shown = (
    name: string,
    request: FastifyRequest,
    fields: readonly string[] | undefined,
  ): JsonObject => {
    const whole = detailed(name, baseUrl(request), request.minor);
    if (fields === undefined) return whole;
    if (request.minor < SINCE.fields) throw notAcceptable('fields', SINCE.fields);
    return pickFields(whole, fields);
  };
  const known = (name: string): string => {
    if (drivers.includes(name)) return name;
    throw new IngotError(
      'not_found',
      `Could not find the following driver(s) or hardware type(s): ${name}.`,
      {
        hint: `Drivers: ${drivers.join(', ')}.`,
      },
    );
  };
  app.get('/v1/drivers', async (request) => {
    const { detail, fields, type } = parseQuery(driverListQuery, plainQuery(request.query));
    if (detail !== undefined && request.minor < SINCE.dynamic) throw notAcceptable('detail', SINCE.dynamic);
    refuseDetailWithFields({ detail, fields });
    const listed = type === 'classic' ? [] : drivers.toSorted();
    const show = (name: string): JsonObject =>
      detail === true || fields !== undefined
        ? shown(name, request, fields)
        : view(name, baseUrl(request), request.minor);
    return { drivers: listed.map(show) };
  });
  app.get<WithName>('/v1/drivers/:name', async (request) => {
    const { fields } = parseQuery(driverShowQuery, plainQuery(request.query));
    return shown(known(request.params.name), request, fields);
  });
  app.get<WithName>(
    '/v1/drivers/:name/properties',
    async (request) => PROPERTIES[known(request.params.name)] ?? {},
  );
  app.get<WithName>('/v1/drivers/:name/raid/logical_disk_properties', async (request) => {
    if (request.minor < SINCE.raid) throw notAcceptable('raid', SINCE.raid);
    const name = known(request.params.name);
    const [standard] = interfacesOf(name).raid;
    if (standard !== 'no-raid') return LOGICAL_DISK_PROPERTIES;
    const said = `Driver ${name} does not support raid (disabled or not implemented).`;
    throw new IngotError('not_found', said, { hint: 'Set RAID volumes up by the machine itself.' });
  });
  const passthru = async (request: FastifyRequest<WithName>): Promise<never> => {
    known(request.params.name);
    const { method } = parseQuery(passthruQuery, plainQuery(request.query));
    const said = method === undefined ? 'Method not specified' : `No handler for method ${method}`;
    throw new IngotError('invalid_input', said, { hint: 'Drivers here have no methods of their own.' });
  };
  app.route<WithName>({
    method: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
    url: '/v1/drivers/:name/vendor_passthru',
    handler: passthru,
  });
  // No driver here has a method of its own that is asked without a node.
  app.get<WithName>('/v1/drivers/:name/vendor_passthru/methods', async (request) => {
    known(request.params.name);
    return {};
  });
}
