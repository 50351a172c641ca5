/** What POST and PATCH make of a node: checked input in, store fields out. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import { capabilitiesIn } from '../../lifecycle/capabilities.ts';
import type { Json, JsonObject, NodeRecord } from '../../store/records.ts';
import type { NewNode, NodePatch } from '../../store/store.ts';
import { IPXE_PROGRAMS } from '../../store/words.ts';
import { holdsMask } from '../masking.ts';
import { parseBody } from '../parse.ts';
import { applyPatch, type PatchRules, patchedFields } from '../patch.ts';
import { jsonObject } from '../schemas/common.ts';
import { type NodeWritable, nodeCreate, nodeWritable } from '../schemas/node.ts';
import type { PatchOperation } from '../schemas/patch.ts';
import { NODE_FIELDS } from './node-fields.ts';
import { choicesAsFields, INTERFACE_FIELDS, takeChoices } from './node-interfaces.ts';
import { refuseFlags } from './node-rules.ts';

const WRITABLE = nodeWritable.keyof().options;
const FIXED = new Map(
  NODE_FIELDS.flatMap((field) => (field.fixed === undefined ? [] : [[field.name, field.fixed]])),
);

const RULES: PatchRules = {
  allowed: [...WRITABLE, ...INTERFACE_FIELDS, ...FIXED.keys()],
  mandatory: ['driver'],
  emptied: {
    driver_info: {},
    properties: {},
    instance_info: {},
    extra: {},
    network_data: {},
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
  const given = parseBody(jsonObject, body, 'node');
  for (const name of Object.keys(given)) refuseTooNew(name, minor);
  const { interfaces, rest } = takeChoices(driverIn(given), withoutFixed(given));
  const { uuid, ...fields } = parseBody(nodeCreate, rest, 'node');
  refuseUnknownDriver(fields.driver, drivers);
  refuseMask(fields);
  refuseOddCapabilities(fields.properties);
  refuseUnknownProgram(fields.properties);
  const node = { uuid: uuid ?? newUuid(), ...fields, interfaces };
  refuseFlags({ ...node, provision_state: 'enroll' }, Object.keys(given));
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
  refuseMask(patch);
  const chosen = touched.includes('driver') || resetInterfaces ? {} : choicesAsFields(node);
  const before: JsonObject = { ...pickWritable(node), ...chosen, ...Object.fromEntries(FIXED) };
  const after = withoutFixed(applyPatch(before, patch, RULES));
  const { interfaces, rest } = takeChoices(driverIn(after), after);
  const fields = parseBody(nodeWritable, rest, 'node');
  if (touched.includes('driver')) refuseUnknownDriver(fields.driver, drivers);
  if (touched.includes('properties')) {
    refuseOddCapabilities(fields.properties);
    refuseUnknownProgram(fields.properties);
  }
  if (touched.includes('instance_uuid')) refuseReassociation(node, fields.instance_uuid);
  refuseFlags({ ...node, ...fields }, touched);
  const changes = Object.fromEntries(Object.entries(fields).filter(([name]) => touched.includes(name)));
  // A driver has interfaces of its own: with another one the choices begin anew.
  const rechosen =
    touched.some((name) => name === 'driver' || INTERFACE_FIELDS.includes(name)) || resetInterfaces;
  return { ...changes, ...forgottenReasons(fields, touched), ...(rechosen ? { interfaces } : {}) };
}

function driverIn({ driver }: JsonObject): string {
  return typeof driver === 'string' ? driver : '';
}

/** A flag that is taken back by PATCH takes its reason along. */
function forgottenReasons(fields: NodeWritable, touched: readonly string[]): NodePatch {
  const lowered = (flag: 'maintenance' | 'protected' | 'retired'): boolean =>
    touched.includes(flag) && !fields[flag];
  return {
    ...(lowered('maintenance') ? { maintenance_reason: null, fault: null } : {}),
    ...(lowered('protected') ? { protected_reason: null } : {}),
    ...(lowered('retired') ? { retired_reason: null } : {}),
  };
}

function pickWritable(node: NodeRecord): JsonObject {
  return Object.fromEntries(WRITABLE.map((name) => [name, node[name]]));
}

function refuseTooNew(name: string, minor: number): void {
  const since = NODE_FIELDS.find((field) => field.name === name)?.since ?? 0;
  if (since <= minor) return;
  throw new IngotError('not_acceptable', 'Request not acceptable.', {
    hint: `The field "${name}" needs X-OpenStack-Ironic-API-Version 1.${since} or newer.`,
  });
}

/** Takes out the fields that have one value here, after a look that it is that one. */
function withoutFixed(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => {
      const only = FIXED.get(name);
      if (only === undefined) return true;
      if (!isDeepStrictEqual(value, only)) throw wrongFixed(name, value, only);
      return false;
    }),
  );
}

function wrongFixed(name: string, value: Json, only: Json): IngotError {
  return new IngotError('invalid_input', `ingot has no support for ${name} ${JSON.stringify(value)} yet`, {
    hint: `Leave "${name}" out, or give ${JSON.stringify(only)}.`,
  });
}

function refuseUnknownDriver(driver: string, drivers: readonly string[]): void {
  if (drivers.includes(driver)) return;
  throw new IngotError(
    'invalid_input',
    `No valid host was found. Reason: No conductor service registered which supports driver ${driver} for conductor group "".`,
    { hint: `Drivers here are: ${drivers.join(', ')}.` },
  );
}

/** The capabilities that have a meaning here, and their values. */
const CAPABILITIES: readonly { readonly name: string; readonly values: readonly [string, string] }[] = [
  { name: 'boot_mode', values: ['bios', 'uefi'] },
  { name: 'secure_boot', values: ['true', 'false'] },
];

function refuseOddCapabilities({ capabilities }: JsonObject): void {
  const given = capabilitiesIn(capabilities);
  for (const { name, values } of CAPABILITIES) {
    const value = given.get(name);
    if (value === undefined || values.includes(value)) continue;
    throw new IngotError(
      'invalid_input',
      `properties/capabilities: the ${name} ${JSON.stringify(value)} is not ${values.join(' or ')}`,
      {
        hint: `Write ${values.map((one) => `${name}:${one}`).join(' or ')}, or leave it out: then the BMC is asked.`,
      },
    );
  }
  if (given.get('secure_boot') === 'true' && given.get('boot_mode') === 'bios')
    throw new IngotError('invalid_input', 'properties/capabilities: secure_boot:true needs boot_mode:uefi', {
      hint: 'Secure Boot is a part of UEFI: change boot_mode, or leave secure_boot out.',
    });
}

function refuseUnknownProgram({ ipxe_program: program = null }: JsonObject): void {
  if (program === null || IPXE_PROGRAMS.some((known) => known === program)) return;
  throw new IngotError(
    'invalid_input',
    `properties/ipxe_program: ${JSON.stringify(program)} is no build of iPXE that ingot knows`,
    { hint: `Choose one of ${IPXE_PROGRAMS.join(', ')}, or leave it out for the usual one.` },
  );
}

/** Throws `invalid_input` when the mask that stands for a secret comes back as a value. */
export function refuseMask(input: unknown): void {
  if (!holdsMask(z.json().parse(input))) return;
  throw new IngotError(
    'invalid_input',
    'A value is "******", which is the mask that stands for a secret, and no secret',
    {
      hint: 'Leave out the fields that you do not change; give the real secret where you do.',
    },
  );
}

function refuseReassociation(node: NodeRecord, instanceUuid: string | null): void {
  if (node.instance_uuid === null || instanceUuid === null || instanceUuid === node.instance_uuid) return;
  throw new IngotError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`, {
    hint: 'Clear instance_uuid first.',
  });
}
