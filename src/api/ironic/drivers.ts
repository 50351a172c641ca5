/** `/v1/drivers`. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import { INTERFACE_KINDS, interfacesOf } from '../../lifecycle/interfaces.ts';
import type { JsonObject } from '../../store/records.ts';
import type { ApiContext } from '../context.ts';
import { resourceLinks } from '../links.ts';
import { parseQuery } from '../parse.ts';
import { looseBoolean } from '../schemas/common.ts';
import { baseUrl } from '../server.ts';
import { plainQuery } from './paging.ts';

/** What `driver_info` may hold; the sentence is for operators. */
const PROPERTIES: Readonly<Record<string, JsonObject>> = {
  redfish: {
    redfish_address: 'URL of the BMC: https://10.30.0.7. Required.',
    redfish_system_id:
      'Path of the system, such as /redfish/v1/Systems/1. The only system is taken when absent.',
    redfish_username: 'User of the BMC.',
    redfish_password: 'Password of the BMC; never shown again.',
    redfish_verify_ca:
      'true (default): public authorities; false: no check; a path: a file with the authority.',
  },
};

/** Since 1.30 a driver tells its interfaces. */
const DYNAMIC_SINCE = 30;

export const driverListQuery = z.strictObject({
  detail: looseBoolean.optional(),
  type: z.string().optional(),
});

function choicesOf(driver: string): JsonObject {
  return Object.fromEntries(
    INTERFACE_KINDS.flatMap((kind) => {
      const enabled = interfacesOf(driver)[kind];
      return [
        [`default_${kind}_interface`, enabled[0]],
        [`enabled_${kind}_interfaces`, enabled],
      ];
    }),
  );
}

type WithName = { Params: { name: string } };

export function driverRoutes(app: FastifyInstance, { drivers, hostname }: ApiContext): void {
  const view = (name: string, base: string): JsonObject => ({
    name,
    hosts: [hostname],
    type: 'dynamic',
    links: resourceLinks(base, `drivers/${name}`),
    properties: resourceLinks(base, `drivers/${name}/properties`),
  });
  const detailed = (name: string, base: string, minor: number): JsonObject => ({
    ...view(name, base),
    ...(minor >= DYNAMIC_SINCE ? choicesOf(name) : {}),
  });
  const known = (name: string): string => {
    if (drivers.includes(name)) return name;
    throw new IngotError('not_found', `The driver '${name}' could not be found.`, {
      hint: `Drivers: ${drivers.join(', ')}.`,
    });
  };
  app.get('/v1/drivers', async (request) => {
    const { detail } = parseQuery(driverListQuery, plainQuery(request.query));
    const show = detail === true ? detailed : view;
    return { drivers: drivers.map((name) => show(name, baseUrl(request), request.minor)) };
  });
  app.get<WithName>('/v1/drivers/:name', async (request) =>
    detailed(known(request.params.name), baseUrl(request), request.minor),
  );
  app.get<WithName>(
    '/v1/drivers/:name/properties',
    async (request) => PROPERTIES[known(request.params.name)] ?? {},
  );
}
