/** `/v1/nodes/{id}/bios` and `/firmware`: what the node's firmware told when it was last verified or inspected. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import type { BiosSettingRecord, FirmwareComponentRecord } from '../../../store/records/firmware.ts';
import type { ApiContext } from '../../context.ts';
import { resourceLinks } from '../../links.ts';
import { parseQuery } from '../../parse.ts';
import { commaList, looseBoolean } from '../../schemas/common.ts';
import { baseUrl } from '../../server.ts';
import { ironicTime } from '../../time.ts';
import { pickFields } from '../fields.ts';
import { findNode } from '../idents.ts';
import { plainQuery, refuseDetailWithFields } from '../paging.ts';
import { refuseBefore } from '../since.ts';

const SINCE = { bios: 40, registry: 74, firmware: 86 } as const;

export const firmwareQuery = z.strictObject({
  fields: commaList.optional(),
  detail: looseBoolean.optional(),
});

type WithIdent = { Params: { ident: string } };
type WithPart = { Params: { ident: string; part: string } };

export function firmwareRoutes(app: FastifyInstance, { store }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/bios', async (request) => {
    refuseBefore(SINCE.bios, request);
    const { fields, detail } = readQuery(request);
    if (request.minor < SINCE.registry && (fields !== undefined || detail !== undefined))
      throw invalidBefore(fields === undefined ? 'detail' : 'fields', SINCE.registry);
    const { uuid } = await findNode(store, request.params.ident);
    const { bios } = (await store.firmwareReports.get(uuid)) ?? { bios: [] };
    const shown = bios.map((setting) => settingView(setting, linksTo(request, uuid, setting.name)));
    if (fields !== undefined) return { bios: shown.map((setting) => pickFields(setting, fields)) };
    return { bios: detail === true ? shown : shown.map(withoutRegistry) };
  });

  app.get<WithPart>('/v1/nodes/:ident/bios/:part', async (request) => {
    refuseBefore(SINCE.bios, request);
    const { ident, part } = request.params;
    const node = await findNode(store, ident);
    const report = await store.firmwareReports.get(node.uuid);
    const setting = report?.bios.find(({ name }) => name === part);
    if (setting === undefined)
      throw new IngotError('not_found', `Node ${node.uuid} doesn't have a BIOS setting '${part}'`, {
        hint: `\`baremetal node bios setting list ${node.name ?? node.uuid}\` shows what it has; they are read when it is managed or inspected.`,
      });
    const view = settingView(setting, linksTo(request, node.uuid, part));
    return { [part]: request.minor < SINCE.registry ? withoutRegistry(view) : view };
  });

  app.get<WithIdent>('/v1/nodes/:ident/firmware', async (request) => {
    refuseBefore(SINCE.firmware, request);
    const { fields } = readQuery(request);
    const { uuid } = await findNode(store, request.params.ident);
    const { components } = (await store.firmwareReports.get(uuid)) ?? { components: [] };
    const shown = components.map(componentView);
    return { firmware: fields === undefined ? shown : shown.map((one) => pickFields(one, fields)) };
  });
}

function readQuery(request: FastifyRequest): z.output<typeof firmwareQuery> {
  const query = parseQuery(firmwareQuery, plainQuery(request.query));
  refuseDetailWithFields(query);
  return query;
}

const linksTo = (request: FastifyRequest, uuid: string, name: string): JsonObject['links'] =>
  resourceLinks(baseUrl(request), `nodes/${uuid}/bios/${encodeURIComponent(name)}`);

function settingView(setting: BiosSettingRecord, links: JsonObject[string]): JsonObject {
  const { created_at, updated_at, ...told } = setting;
  return { ...dates({ created_at, updated_at }), ...told, links };
}

/** What is shown without `detail`, and all that there was before the registry's facts. */
function withoutRegistry({ created_at, updated_at, name, value, links }: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({ created_at, updated_at, name, value, links }).flatMap(([field, shown]) =>
      shown === undefined ? [] : [[field, shown]],
    ),
  );
}

function componentView({ created_at, updated_at, ...component }: FirmwareComponentRecord): JsonObject {
  return { ...dates({ created_at, updated_at }), ...component };
}

function dates(record: { readonly created_at: string; readonly updated_at: string | null }): JsonObject {
  return { created_at: ironicTime(record.created_at), updated_at: ironicTime(record.updated_at) };
}

/** In Ironic's words (ironic/api/controllers/v1/utils.py, get_request_return_fields). */
function invalidBefore(name: string, since: number): IngotError {
  return new IngotError('invalid_input', `Invalid query parameter ?${name} received.`, {
    hint: `Send X-OpenStack-Ironic-API-Version: 1.${since} or newer.`,
  });
}
