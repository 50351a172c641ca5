/** The actions of inspection rules, as Ironic has them (ironic/common/inspection_rules/actions.py). Pure. */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { parseMac } from '../../net/mac.ts';
import type { PortRecord } from '../../store/records/port.ts';
import { capabilitiesIn } from '../capabilities.ts';
import type { Draft } from './draft.ts';
import { pythonText } from './interpolate.ts';
import { pathParts, valueAt, withAppendedAt, withoutValueAt, withValueAt } from './paths.ts';
import type { Signature } from './rule.ts';

/** The ports by which `port_id` finds one. */
export type Ports = readonly Pick<PortRecord, 'uuid' | 'address'>[];

export type Action = {
  readonly signature: Signature;
  /** What it says goes to events and errors: it sees no secrets, whatever its rule sees. */
  readonly speaks?: true;
  /** Throws `invalid_input` for arguments that no inspection could make good. */
  readonly check?: (args: JsonObject) => unknown;
  /** The draft after it. Throws `invalid_input` when it cannot be done. */
  readonly apply: (draft: Draft, args: JsonObject, ports: Ports) => Draft;
};

type Level = Draft['told'][number]['level'];

const LEVELS: ReadonlyMap<string, Level> = new Map<string, Level>([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warning', 'warning'],
  ['error', 'error'],
  ['critical', 'error'],
]);

function levelOf({ level: given = null }: JsonObject): Level {
  const level = LEVELS.get(given === null ? 'info' : String(given).toLowerCase());
  if (level !== undefined) return level;
  throw refuse(`Invalid log level: ${pythonText(given)}. Choose from ${[...LEVELS.keys()].join(', ')}`);
}

type Change = (object: JsonObject, args: JsonObject) => JsonObject;

const CHANGES: Readonly<
  Record<'set' | 'extend' | 'del', { readonly args: Signature; readonly change: Change }>
> = {
  set: {
    args: { required: ['path', 'value'], optional: [], formatted: ['value'] },
    change: (object, args) => withValueAt(object, pathOf(args), args.value ?? null),
  },
  extend: {
    args: { required: ['path', 'value'], optional: ['unique'], formatted: ['value'] },
    change: (object, args) =>
      withAppendedAt(object, pathOf(args), { value: args.value ?? null, unique: args.unique === true }),
  },
  del: {
    args: { required: ['path'], optional: [], formatted: [] },
    change: (object, args) => withoutValueAt(object, pathOf(args)),
  },
};

function onNode(kind: keyof typeof CHANGES): Action {
  const { args: signature, change } = CHANGES[kind];
  return { signature, apply: (draft, args) => ({ ...draft, node: change(draft.node, args) }) };
}

function onPluginData(kind: keyof typeof CHANGES): Action {
  const { args: signature, change } = CHANGES[kind];
  return { signature, apply: (draft, args) => ({ ...draft, pluginData: change(draft.pluginData, args) }) };
}

function onPort(kind: keyof typeof CHANGES): Action {
  const { args, change } = CHANGES[kind];
  return {
    signature: {
      ...args,
      required: ['port_id', ...args.required],
      formatted: ['port_id', ...args.formatted],
    },
    apply: (draft, given, ports) => {
      const id = textOf(given, 'port_id');
      const port = ports.find(({ uuid, address }) => uuid === id || address === parseMac(id));
      const attributes = draft.ports.get(port?.uuid ?? '');
      if (port === undefined || attributes === undefined) throw refuse(`Port ${id} could not be found.`);
      return { ...draft, ports: new Map([...draft.ports, [port.uuid, change(attributes, given)]]) };
    },
  };
}

/** `properties.capabilities` in Ironic's own form, `name:value,name:value`. */
function withCapability(draft: Draft, name: string, value: string | null): Draft {
  const capabilities = new Map(capabilitiesIn(valueAt(draft.node, ['properties', 'capabilities'])));
  capabilities.delete(name);
  if (value !== null) capabilities.set(name, value);
  const text = [...capabilities].map(([key, one]) => `${key}:${one}`).join(',');
  return { ...draft, node: withValueAt(draft.node, ['properties', 'capabilities'], text) };
}

function withTraits(draft: Draft, change: (traits: readonly Json[]) => readonly Json[]): Draft {
  const { traits = [] } = draft.node;
  return { ...draft, node: { ...draft.node, traits: change(Array.isArray(traits) ? traits : []) } };
}

const NAME: Signature = { required: ['name'], optional: [], formatted: [] };

export const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    'fail',
    {
      signature: { required: ['msg'], optional: [], formatted: ['msg'] },
      speaks: true,
      apply: (draft, args) => ({ ...draft, failure: textOf(args, 'msg') }),
    },
  ],
  [
    'log',
    {
      signature: { required: ['msg'], optional: ['level'], formatted: ['msg'] },
      speaks: true,
      check: levelOf,
      apply: (draft, args) => ({
        ...draft,
        told: [...draft.told, { level: levelOf(args), message: textOf(args, 'msg') }],
      }),
    },
  ],
  ['set-attribute', onNode('set')],
  ['extend-attribute', onNode('extend')],
  ['del-attribute', onNode('del')],
  [
    'set-capability',
    {
      signature: { required: ['name', 'value'], optional: [], formatted: ['value'] },
      apply: (draft, args) => withCapability(draft, textOf(args, 'name'), textOf(args, 'value')),
    },
  ],
  [
    'unset-capability',
    { signature: NAME, apply: (draft, args) => withCapability(draft, textOf(args, 'name'), null) },
  ],
  [
    'add-trait',
    {
      signature: NAME,
      apply: (draft, args) => withTraits(draft, (traits) => [...traits, textOf(args, 'name')]),
    },
  ],
  [
    'remove-trait',
    {
      signature: NAME,
      apply: (draft, args) =>
        withTraits(draft, (traits) => traits.filter((trait) => trait !== textOf(args, 'name'))),
    },
  ],
  ['set-plugin-data', onPluginData('set')],
  ['extend-plugin-data', onPluginData('extend')],
  [
    'unset-plugin-data',
    {
      ...onPluginData('del'),
      // What is not there needs no taking away, as in Ironic.
      apply: (draft, args, ports) =>
        valueAt(draft.pluginData, pathOf(args)) === undefined
          ? draft
          : onPluginData('del').apply(draft, args, ports),
    },
  ],
  ['set-port-attribute', onPort('set')],
  ['extend-port-attribute', onPort('extend')],
  ['del-port-attribute', onPort('del')],
]);

function pathOf(args: JsonObject): readonly string[] {
  return pathParts(textOf(args, 'path'));
}

function textOf(args: JsonObject, name: string): string {
  return pythonText(args[name] ?? null);
}

function refuse(message: string): IngotError {
  return new IngotError('invalid_input', message, { hint: 'Correct the action of the rule.' });
}
