/** `/v1/nodes/{id}/management/indicators`: lamps. Only pretended hardware has some, which nothing switches. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { FAKE_INDICATOR_STATE, FAKE_INDICATORS, type Indicator } from '../../../lifecycle/fake-indicators.ts';
import { isFake } from '../../../lifecycle/interfaces.ts';
import { unsupported } from '../../../lifecycle/management.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { ApiContext } from '../../context.ts';
import { resourceLinks } from '../../links.ts';
import { parseArguments } from '../../parse.ts';
import { baseUrl } from '../../server.ts';
import { findNode } from '../idents.ts';

export const indicatorBody = z.strictObject({ state: z.string() });

type WithIdent = { Params: { ident: string } };
type WithPart = { Params: { ident: string; part: string } };

export function indicatorRoutes(app: FastifyInstance, { store }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/management/indicators', async (request) => {
    const { ident } = request.params;
    const indicators = indicatorsOf(await findNode(store, ident), 'get_supported_indicators');
    const base = baseUrl(request);
    return { indicators: indicators.map((one) => shown(one, { base, ident })) };
  });
  app.get<WithPart>('/v1/nodes/:ident/management/indicators/:part', async (request) => {
    const node = await findNode(store, request.params.ident);
    const place = placeNamed(request.params.part);
    refuseUnknown(indicatorsOf(node, 'get_indicator_state'), place);
    return { state: FAKE_INDICATOR_STATE };
  });
  app.put<WithPart>('/v1/nodes/:ident/management/indicators/:part', async (request) => {
    parseArguments(indicatorBody, request.body, { what: 'indicator', mandatory: 'state' });
    const node = await findNode(store, request.params.ident);
    placeNamed(request.params.part);
    throw unsupported(node, 'set_indicator_state');
  });
}

function indicatorsOf(node: NodeRecord, extension: string): readonly Indicator[] {
  if (isFake(node, 'management')) return FAKE_INDICATORS;
  throw unsupported(node, extension);
}

function shown(indicator: Indicator, at: { readonly base: string; readonly ident: string }): JsonObject {
  const name = `${indicator.name}@${indicator.component}`;
  return {
    name,
    component: indicator.component,
    readonly: indicator.readonly,
    states: [...indicator.states],
    links: resourceLinks(at.base, `nodes/${at.ident}/management/indicators/${name}`),
  };
}

type Place = Pick<Indicator, 'component' | 'name'>;

/** Named as `led@system`. */
function placeNamed(text: string): Place {
  const at = text.indexOf('@');
  if (at >= 0) return { name: text.slice(0, at), component: text.slice(at + 1) };
  throw new IngotError('invalid_input', `Malformed indicator name "${text}"`, {
    hint: 'Name it with its component, such as led@system.',
  });
}

function refuseUnknown(indicators: readonly Indicator[], { component, name }: Place): void {
  const there = indicators.filter((one) => one.component === component);
  if (there.some((one) => one.name === name)) return;
  const what = there.length === 0 ? `component ${component}` : `indicator ${name}`;
  throw new IngotError('invalid_input', `Invalid ${what} specified.`, {
    hint: `There are: ${indicators.map((one) => `${one.name}@${one.component}`).join(', ')}.`,
  });
}
