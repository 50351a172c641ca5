/** The conditions of inspection rules, as Ironic has them (ironic/common/inspection_rules/operators.py). Pure. */
import { BlockList, isIP } from 'node:net';
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { pythonText } from './interpolate.ts';
import { compilePattern } from './pattern/pattern.ts';
import type { Signature } from './rule.ts';

/** Told of the work of a regular expression before it is done; throws when there was too much of it. */
export type Spend = (work: number) => void;

export type Operator = {
  readonly signature: Signature;
  /** Throws `invalid_input` for values that it cannot work with. */
  readonly holds: (args: JsonObject, spend: Spend) => boolean;
};

const ONE_VALUE: Signature = { required: ['value'], optional: [], formatted: ['value'] };

const SERIES: Signature = { required: ['values'], optional: ['force_strings'], formatted: ['values'] };

/** Each value compared with the next. */
function series(compare: (a: Json, b: Json) => boolean): Operator {
  return {
    signature: SERIES,
    holds: ({ values = null, force_strings = false }) => {
      if (!Array.isArray(values)) throw refuse(`expected list for 'values', got: ${pythonText(values)}`);
      const list: readonly Json[] = force_strings === true ? values.map(pythonText) : values;
      return list.every((value, index) => index === 0 || compare(list[index - 1] ?? null, value));
    },
  };
}

/** Fields come out of a format string as text: beside a number, text that is a number counts as one. */
function alike(a: Json, b: Json): readonly [Json, Json] {
  const number = (value: Json): Json =>
    typeof value === 'string' && /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)
      ? Number(value)
      : value;
  if (typeof a === 'number') return [a, number(b)];
  return typeof b === 'number' ? [number(a), b] : [a, b];
}

function less(a: Json, b: Json): boolean {
  const [left, right] = alike(a, b);
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  throw refuse(`${pythonText(a)} and ${pythonText(b)} cannot be compared`);
}

function same(a: Json, b: Json): boolean {
  const [left, right] = alike(a, b);
  return JSON.stringify(left) === JSON.stringify(right);
}

function truth(value: Json, words: readonly string[]): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  return typeof value === 'string' && words.includes(value.toLowerCase()) ? true : null;
}

function inNet({ address = null, subnet = null }: JsonObject): boolean {
  const [network = '', given] = pythonText(subnet).split('/');
  const kind = isIP(network);
  const prefix = given === undefined ? (kind === 6 ? 128 : 32) : Number(given);
  if (kind === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (kind === 6 ? 128 : 32))
    throw refuse(`invalid value: ${pythonText(subnet)} is no network`);
  const other = pythonText(address);
  if (isIP(other) === 0) throw refuse(`invalid value: ${other} is no IP address`);
  const list = new BlockList();
  list.addSubnet(network, prefix, kind === 6 ? 'ipv6' : 'ipv4');
  return isIP(other) === kind && list.check(other, kind === 6 ? 'ipv6' : 'ipv4');
}

function pattern(options: { readonly from: 'start' | 'anywhere'; readonly whole: boolean }): Operator {
  return {
    signature: { required: ['value', 'regex'], optional: [], formatted: ['value'] },
    holds: ({ value = null, regex = null }, spend) => {
      const compiled = compilePattern(pythonText(regex));
      const text = pythonText(value);
      spend(compiled.workOf(text));
      return compiled.test(text, options);
    },
  };
}

export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['eq', series(same)],
  ['lt', series(less)],
  ['gt', series((a, b) => less(b, a))],
  [
    'is-empty',
    {
      signature: ONE_VALUE,
      holds: ({ value = null }) => ['', 'None', '[]', '{}'].includes(pythonText(value)),
    },
  ],
  [
    'in-net',
    {
      signature: { required: ['address', 'subnet'], optional: [], formatted: ['address', 'subnet'] },
      holds: inNet,
    },
  ],
  ['matches', pattern({ from: 'start', whole: true })],
  ['contains', pattern({ from: 'anywhere', whole: false })],
  [
    'one-of',
    {
      signature: { required: ['value'], optional: ['values'], formatted: ['value'] },
      holds: ({ value = null, values = [] }) =>
        Array.isArray(values)
          ? values.some((one: Json) => same(value, one))
          : pythonText(values).includes(pythonText(value)),
    },
  ],
  ['is-none', { signature: ONE_VALUE, holds: ({ value = null }) => value === null }],
  ['is-true', { signature: ONE_VALUE, holds: ({ value = null }) => truth(value, ['yes', 'true']) ?? false }],
  [
    'is-false',
    {
      signature: ONE_VALUE,
      holds: ({ value = null }) => {
        if (typeof value === 'string') return ['no', 'false'].includes(value.toLowerCase());
        return value === null || truth(value, []) === false;
      },
    },
  ],
]);

function refuse(message: string): IngotError {
  return new IngotError('invalid_input', message, { hint: 'Correct the condition of the rule.' });
}
