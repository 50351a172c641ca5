/** What POST and PATCH make of a node: checked input in, store fields out. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { IngotError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { refuseOddProperties } from '../../../lifecycle/node-properties.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { NewNode, NodePatch } from '../../../store/store.ts';
import { refuseMask, withKeptSecrets } from '../../kept-secrets.ts';
import { maskInstanceInfo, maskSecrets } from '../../masking.ts';
import { parseBody } from '../../parse.ts';
import { applyPatch, type PatchRules, patchedFields } from '../../patch.ts';
import { isLogicalName, jsonObject } from '../../schemas/common.ts';
import { type NodeWritable, nodeCreate, nodeWritable } from '../../schemas/node.ts';
import type { PatchOperation } from '../../schemas/patch.ts';
import { only } from '../fields.ts';
import { notAcceptable } from '../since.ts';
import { NODE_FIELDS } from './node-fields.ts';
import {
  carriedOver,
  choicesAsFields,
  choicesBut,
  INTERFACE_FIELDS,
  takeChoices,
} from './node-interfaces.ts';
import { refuseFlags } from './node-rules.ts';
import { firstStateAt } from './state-names.ts';

/** `?reset_interfaces` came with 1.45. */
const RESET_SINCE = 45;

const LEAVE_CHASSIS_SINCE = 25;
const WRITABLE = nodeWritable.keyof().options;
const FIXED = new Map(
  NODE_FIELDS.flatMap((field) => (field.fixed === undefined ? [] : [[field.name, field.fixed]])),
);

const PATCHABLE = [...WRITABLE, ...INTERFACE_FIELDS, ...FIXED.keys()].toSorted();

const RULES: Omit<PatchRules, 'allowed'> = {
  mandatory: ['driver'],
  emptied: {
    driver_info: {},
    properties: {},
    instance_info: {},
    extra: {},
    network_data: {},
    disable_power_off: false,
    maintenance: false,
    protected: false,
    retired: false,
    ...Object.fromEntries(FIXED),
  },
};

export type WriteRules = {
  readonly minor: number;
  readonly drivers: readonly string[];
  /** Interfaces that the patch does not name go back to the driver's default (`?reset_interfaces=True`). */
  readonly resetInterfaces?: boolean;
};

/** A new node from the body of `POST /v1/nodes`. Throws `invalid_input` or `not_acceptable`. */
export function newNode(body: unknown, { minor, drivers }: WriteRules, newUuid: () => string): NewNode {
  const given = parseBody(jsonObject, body ?? {}, 'node');
  for (const name of Object.keys(given)) refuseTooNew(name, minor);
  const { interfaces, rest } = takeChoices(driverIn(given), withoutFixed(given));
  const { uuid, ...fields } = parseBody(nodeCreate, rest, 'node');
  refuseUnknownDriver(fields.driver, drivers);
  refuseMask(given);
  refuseOddProperties(fields.properties);
  const provision_state = firstStateAt(minor);
  const node = { uuid: uuid ?? newUuid(), ...fields, interfaces, provision_state };
  const unprotected = { protected: false, protected_reason: null };
  refuseFlags({ ...node, ...unprotected }, Object.keys(given));
  return node;
}

/** The changes that a PATCH makes: the fields that it names, and no other. */
export function nodeChanges(
  node: NodeRecord,
  patch: readonly PatchOperation[],
  { minor, drivers, resetInterfaces = false }: WriteRules,
): NodePatch {
  const touched = patchedFields(patch);
  for (const name of touched) refuseTooNew(name, minor);
  const leavesChassis = patch.some(({ op, path }) => op === 'remove' && path === '/chassis_uuid');
  if (leavesChassis && minor < LEAVE_CHASSIS_SINCE)
    throw notAcceptable('remove /chassis_uuid', LEAVE_CHASSIS_SINCE);
  if (resetInterfaces) refuseIdleReset(touched, minor);
  const before: JsonObject = {
    ...pickWritable(node),
    ...choicesAsFields(node),
    ...Object.fromEntries(FIXED),
  };
  const allowed = PATCHABLE.filter((name) => sinceOf(name) <= minor);
  const shown = {
    ...before,
    driver_info: maskSecrets(node.driver_info),
    instance_info: maskInstanceInfo(node.instance_info),
  };
  const given = applyPatch(before, patch, { ...RULES, allowed });
  const patched = withoutFixed(withKeptSecrets(given, { stored: before, shown }, touched));
  const driver = driverIn(patched);
  const driverChanges = touched.includes('driver');
  if (driverChanges) refuseUnknownDriver(driver, drivers);
  const named = touched.filter((name) => INTERFACE_FIELDS.includes(name));
  const after = !driverChanges
    ? justTouched(patched, touched)
    : resetInterfaces
      ? Object.fromEntries(
          Object.entries(patched).filter(
            ([name]) => !INTERFACE_FIELDS.includes(name) || named.includes(name),
          ),
        )
      : { ...patched, ...carriedOver(node, { driver, named }) };
  const { interfaces: chosen, rest } = takeChoices(driver, after);
  if (touched.includes('name')) refuseNewName(node, rest.name ?? null);
  const fields = only(parseBody(nodeWritable, justTouched(rest, touched), 'node'), touched);
  if (fields.properties !== undefined) refuseOddProperties(fields.properties);
  if (fields.instance_uuid !== undefined) refuseReassociation(node, fields.instance_uuid);
  refuseFlags({ ...node, ...fields }, touched);
  const interfaces = driverChanges ? chosen : { ...choicesBut(node, named), ...chosen };
  return {
    ...fields,
    ...forgottenReasons(fields),
    ...(driverChanges || named.length > 0 ? { interfaces } : {}),
  };
}

/** What a patch leaves alone is judged by nobody: it may have been written when more was taken. */
function justTouched(document: JsonObject, touched: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(document).filter(([name]) => name === 'driver' || touched.includes(name)),
  );
}

function driverIn({ driver }: JsonObject): string {
  return typeof driver === 'string' ? driver : '';
}

/** A flag that is taken back by PATCH takes its reason along. */
function forgottenReasons(fields: Partial<NodeWritable>): NodePatch {
  const lowered = (flag: 'maintenance' | 'protected' | 'retired'): boolean => fields[flag] === false;
  return {
    ...(lowered('maintenance') ? { maintenance_reason: null, fault: null } : {}),
    ...(lowered('protected') ? { protected_reason: null } : {}),
    ...(lowered('retired') ? { retired_reason: null } : {}),
  };
}

function pickWritable(node: NodeRecord): JsonObject {
  return Object.fromEntries(WRITABLE.map((name) => [name, node[name]]));
}

const sinceOf = (name: string): number => NODE_FIELDS.find((field) => field.name === name)?.since ?? 0;

function refuseTooNew(name: string, minor: number): void {
  const since = sinceOf(name);
  if (since <= minor) return;
  throw notAcceptable(name, since);
}

function refuseIdleReset(touched: readonly string[], minor: number): void {
  if (minor < RESET_SINCE) throw notAcceptable('reset_interfaces', RESET_SINCE);
  if (touched.includes('driver')) return;
  throw new IngotError(
    'invalid_input',
    "The reset_interfaces parameter can only be used when changing the node's driver.",
    { hint: 'To go back to one default, remove the field: {"op": "remove", "path": "/boot_interface"}.' },
  );
}

function refuseNewName(node: NodeRecord, name: Json): void {
  if (typeof name !== 'string' || isLogicalName(name)) return;
  throw new IngotError('invalid_input', `Node ${node.uuid}: Cannot change name to invalid name '${name}'`, {
    hint: 'A name has 1 to 255 letters, digits, ".", "_", "~" or "-", and is no UUID.',
  });
}

/** Takes out the fields that have one value here, after a look that it is that one. */
function withoutFixed(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => {
      const fixed = FIXED.get(name);
      if (fixed === undefined) return true;
      if (isDeepStrictEqual(value, fixed)) return false;
      if (name === 'conductor_group') throw noValidHost(driverIn(body), String(value));
      throw wrongFixed(name, value, fixed);
    }),
  );
}

function wrongFixed(name: string, value: Json, fixed: Json): IngotError {
  return new IngotError('invalid_input', `ingot has no support for ${name} ${JSON.stringify(value)} yet`, {
    hint: `Leave "${name}" out, or give ${JSON.stringify(fixed)}.`,
  });
}

function refuseUnknownDriver(driver: string, drivers: readonly string[]): void {
  if (drivers.includes(driver)) return;
  throw noValidHost(driver, '', `Drivers here are: ${drivers.join(', ')}.`);
}

function noValidHost(
  driver: string,
  group: string,
  hint = 'ingot is one conductor, in the group "": leave conductor_group out.',
): IngotError {
  return new IngotError(
    'invalid_input',
    `No valid host was found. Reason: No conductor service registered which supports driver ${driver} for conductor group "${group}".`,
    { hint },
  );
}

function refuseReassociation(node: NodeRecord, instanceUuid: string | null): void {
  if (node.instance_uuid === null || instanceUuid === null || instanceUuid === node.instance_uuid) return;
  throw new IngotError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`, {
    hint: 'Clear instance_uuid first.',
  });
}
