/** From the word in a URL to the record. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import { nodeNotFound } from '../../store/nodes.ts';
import { missing } from '../../store/page.ts';
import type { AllocationRecord } from '../../store/records/allocation.ts';
import type { ChassisRecord } from '../../store/records/chassis.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortgroupRecord, PortRecord } from '../../store/records/port.ts';
import type { Queries } from '../../store/store.ts';
import { isLogicalName, isUuid } from '../schemas/common.ts';
import { isNodeName } from '../schemas/node.ts';

const NAMES_SINCE = 5;

/** Throws `invalid_input` for what is neither a uuid nor a name, `not_found` when there is no such node. */
export async function findNode(queries: Pick<Queries, 'nodes'>, ident: string): Promise<NodeRecord> {
  if (!isUuid(ident) && !isNodeName(ident)) {
    const hint = 'A name has letters, digits, ".", "_", "~" and "-" only.';
    throw new IngotError('invalid_input', `Expected UUID or name for node: ${ident}`, { hint });
  }
  const node = await queries.nodes.find(ident);
  if (node !== null) return node;
  throw nodeNotFound(ident);
}

/** Names came with 1.5: before it no word but a uuid finds a node. For every route below `/v1/nodes/:ident`. */
export function refuseNamesOfOld(app: FastifyInstance): void {
  app.addHook<{ Params: { ident?: string } }>('preHandler', async ({ minor, params, routeOptions }) => {
    const { ident } = params;
    if (minor >= NAMES_SINCE || ident === undefined || isUuid(ident)) return;
    if (routeOptions.url?.startsWith('/v1/nodes/:ident') !== true) return;
    throw new IngotError('not_found', `Node ${ident} could not be found.`, {
      hint: `Names need X-OpenStack-Ironic-API-Version 1.${NAMES_SINCE} or newer.`,
    });
  });
}

/** Names of ports are for clients that know them (1.88). */
export async function findPort(
  queries: Pick<Queries, 'ports'>,
  ident: string,
  { byName }: { readonly byName: boolean },
): Promise<PortRecord> {
  const port = isUuid(ident)
    ? await queries.ports.get(ident.toLowerCase())
    : byName
      ? await queries.ports.findByName(ident)
      : null;
  if (port !== null) return port;
  throw noPort(ident);
}

export function noPort(ident: string): IngotError {
  return new IngotError('not_found', `Port ${ident} could not be found.`, {
    hint: '`ingot node show NAME` shows the ports of a node, `baremetal port list` all by uuid.',
  });
}

/** Throws Ironic's `not_found`, or its `invalid_input` for what is no uuid. */
export async function findChassis(queries: Pick<Queries, 'chassis'>, ident: string): Promise<ChassisRecord> {
  const uuid = uuidOrRefuse('chassis_uuid', ident);
  const chassis = await queries.chassis.get(uuid);
  if (chassis !== null) return chassis;
  throw missing('Chassis', ident);
}

/** For what has no names. Throws Ironic's `invalid_input` for any other word. */
export function uuidOrRefuse(argument: string, ident: string): string {
  if (isUuid(ident)) return ident.toLowerCase();
  const said = `Expected UUID for ${argument}: ${ident}`;
  throw new IngotError('invalid_input', said, { hint: 'It has no names: give its uuid.' });
}

/** By uuid or name. Throws `invalid_input` for what is neither, `not_found` when there is none. */
export async function findAllocation(
  queries: Pick<Queries, 'allocations'>,
  ident: string,
): Promise<AllocationRecord> {
  refuseNeither('allocation', ident);
  const allocation = await queries.allocations.find(ident);
  if (allocation !== null) return allocation;
  throw missing('Allocation', ident);
}

/** A search for what a query or a body names: that it is not there is the request's fault, so `invalid_input`. */
export async function asRequestFault<T>(search: Promise<T>): Promise<T> {
  try {
    return await search;
  } catch (cause) {
    if (!(cause instanceof IngotError) || cause.code !== 'not_found') throw cause;
    throw new IngotError('invalid_input', cause.message, { hint: cause.hint, cause });
  }
}

/** By uuid or name. Throws `invalid_input` for what is neither, `not_found` when there is none. */
export async function findPortgroup(
  queries: Pick<Queries, 'portgroups'>,
  ident: string,
): Promise<PortgroupRecord> {
  refuseNeither('portgroup', ident);
  const group = await queries.portgroups.find(ident);
  if (group !== null) return group;
  throw missing('Portgroup', ident);
}

/** Throws Ironic's `invalid_input` for a word that is neither a uuid nor a name. */
export function refuseNeither(noun: string, ident: string): void {
  if (isUuid(ident) || isLogicalName(ident)) return;
  const hint = 'A name has letters, digits, ".", "_", "~" and "-" only.';
  throw new IngotError('invalid_input', `Expected UUID or name for ${noun}: ${ident}`, { hint });
}

/** The node that a request's body names: not being there is the body's fault, so `invalid_input`. */
export async function requiredNode(queries: Pick<Queries, 'nodes'>, uuid: string): Promise<NodeRecord> {
  const node = await queries.nodes.get(uuid);
  if (node !== null) return node;
  throw new IngotError('invalid_input', `Node ${uuid} could not be found.`, {
    hint: 'Give the uuid of a node; `ingot node list` shows them.',
  });
}
