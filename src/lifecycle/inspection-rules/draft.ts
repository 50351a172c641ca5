/**
 * What rules work on: the inspected node and its ports as they will be, changed step by step, and written at the end.
 * Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortRecord } from '../../store/records/port.ts';
import type { NodePatch, PortPatch } from '../../store/store.ts';
import { LONGEST_TRAIT, NO_TRAIT, networkDataProblem, TRAIT } from '../given-values.ts';
import { INTERFACE_KINDS, interfacesOf } from '../interfaces.ts';
import { localLink } from '../local-link.ts';
import { refuseOddProperties } from '../node-properties.ts';

export type Draft = {
  /** Attributes of the node that rules may change, by Ironic's names. */
  readonly node: JsonObject;
  readonly ports: ReadonlyMap<string, JsonObject>;
  readonly pluginData: JsonObject;
  /** Why the inspection shall fail, if it shall. */
  readonly failure: string | null;
  readonly told: readonly {
    readonly level: 'debug' | 'info' | 'warning' | 'error';
    readonly message: string;
  }[];
};

const json: z.ZodType<Json> = z.json();
const object = z.record(z.string(), json).default({});
const sound = (problemOf: (given: JsonObject) => string | null): typeof object =>
  object.superRefine((given, context) => {
    const message = problemOf(given);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
const text = z.string().max(255).nullable().default(null);
const flag = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['true', 'false']))
    .transform((word) => word === 'true'),
]);

/** An attribute that a rule takes away is as in a new node. */
const nodeAttributes = z.strictObject({
  properties: object,
  extra: object,
  driver_info: object,
  instance_info: object,
  network_data: sound(networkDataProblem),
  description: z.string().max(4_096).nullable().default(null),
  owner: text,
  lessee: text,
  resource_class: z.string().max(80).nullable().default(null),
  shard: text,
  automated_clean: flag.nullable().default(null),
  traits: z.array(z.string().max(LONGEST_TRAIT).regex(TRAIT, NO_TRAIT)).max(50).default([]),
});

/** Not its name, of which there may be one in all ingot: two machines that match a rule would get the same. */
const portAttributes = z.strictObject({
  extra: object,
  local_link_connection: localLink.default({}),
  pxe_enabled: flag.default(true),
  physical_network: z.string().min(1).max(64).nullable().default(null),
});

const NODE_NAMES = nodeAttributes.keyof().options;
const PORT_NAMES = portAttributes.keyof().options;

export function draftOf(node: NodeRecord, ports: readonly PortRecord[], pluginData: JsonObject): Draft {
  const plain: JsonObject = Object.fromEntries(NODE_NAMES.map((name) => [name, node[name]]));
  const interfaces = INTERFACE_KINDS.map((kind) => [`${kind}_interface`, node.interfaces[kind] ?? null]);
  return {
    node: { ...plain, ...Object.fromEntries(interfaces) },
    ports: new Map(
      ports.map((port) => [port.uuid, Object.fromEntries(PORT_NAMES.map((name) => [name, port[name]]))]),
    ),
    pluginData,
    failure: null,
    told: [],
  };
}

/**
 * What the draft changes, and nothing that it leaves as it is. Throws `invalid_input` for an attribute that does not
 * exist, or a value that does not fit.
 */
export function changesOf(
  draft: Draft,
  { node, ports: before }: { readonly node: NodeRecord; readonly ports: readonly PortRecord[] },
): { readonly node: NodePatch; readonly ports: ReadonlyMap<string, PortPatch> } {
  const isInterface = (name: string): boolean => INTERFACE_KINDS.some((kind) => name === `${kind}_interface`);
  const was = draftOf(node, before, draft.pluginData);
  const fields = checked(nodeAttributes, changedIn(draft.node, was.node, isInterface), 'node');
  if (fields.properties !== undefined) refuseOddProperties(fields.properties);
  const traits = fields.traits === undefined ? {} : { traits: [...new Set(fields.traits)].sort() };
  const interfaces: Record<string, string> = {};
  for (const kind of INTERFACE_KINDS) {
    const chosen = draft.node[`${kind}_interface`] ?? null;
    if (chosen === null) continue;
    const offered: readonly string[] = interfacesOf(node.driver)[kind];
    if (typeof chosen !== 'string' || !offered.includes(chosen)) {
      const said = `${kind}_interface ${JSON.stringify(chosen)} is not one of ${offered.join(', ')}`;
      throw new IngotError('invalid_input', said, { hint: 'Correct the rule.' });
    }
    interfaces[kind] = chosen;
  }
  const ports = before.map((port) => {
    const [now = {}, then = {}] = [draft.ports.get(port.uuid), was.ports.get(port.uuid)];
    const attributes = checked(portAttributes, changedIn(now, then), 'port');
    return [port.uuid, differing(attributes, port)] as const;
  });
  return {
    node: differing({ ...fields, ...traits, interfaces }, node),
    ports: new Map(ports.filter(([, patch]) => Object.keys(patch).length > 0)),
  };
}

/**
 * The attributes that were changed, those that were taken away as undefined. What a rule leaves alone is judged by
 * nobody: it may have been written when more was taken.
 */
function changedIn(
  after: JsonObject,
  before: JsonObject,
  isLeftOut: (name: string) => boolean = () => false,
): Readonly<Record<string, Json | undefined>> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => !isLeftOut(name) && !isDeepStrictEqual(after[name], before[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, after[name]]));
}

/** The fields of `after` that are not as they were. */
function differing<T extends object>(after: T, before: object): Partial<T> {
  const was = new Map(Object.entries(before));
  const changed = Object.entries(after).filter(([name, value]) => !isDeepStrictEqual(value, was.get(name)));
  return Object.fromEntries(changed) as Partial<T>;
}

/** The attributes that are given, in the form in which they are stored; one that was taken away as in a new node. */
function checked<T extends z.ZodType<object>>(
  schema: T,
  attributes: Readonly<Record<string, Json | undefined>>,
  noun: string,
): Partial<z.output<T>> {
  const result = schema.safeParse(attributes);
  if (result.success) {
    const given = Object.entries(result.data).filter(([name]) => Object.hasOwn(attributes, name));
    return Object.fromEntries(given) as Partial<z.output<T>>;
  }
  const [issue] = result.error.issues;
  const at = issue?.path.join('/') ?? '';
  const said =
    issue?.code === 'unrecognized_keys'
      ? `a rule cannot set ${issue.keys.join(', ')} of a ${noun}`
      : `${at} of the ${noun}: ${issue?.message ?? 'does not fit'}`;
  const names = noun === 'node' ? [...NODE_NAMES, '*_interface'] : PORT_NAMES;
  throw new IngotError('invalid_input', said, { hint: `Rules may set ${names.join(', ')}.` });
}
