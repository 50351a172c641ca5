/** An inspection rule as it is stored, with the shapes of its parts, and whether it can be run. Pure. */
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import { isArray, type Json, type JsonObject } from '../../json.ts';
import type { RuleOperationRecord } from '../../store/records/inspection.ts';
import { ACTIONS } from './actions.ts';
import { OPERATORS } from './operators.ts';
import { compilePattern } from './pattern/pattern.ts';

/** What an operator or an action takes, in the order of Ironic's older, positional form. */
export type Signature = {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Those whose format fields are filled in; in a loop those of all are. */
  readonly formatted: readonly string[];
};

const json: z.ZodType<Json> = z.json();
const named: z.ZodType<JsonObject> = z.record(z.string(), json);
const listOrObject = z.union([z.array(json).max(1_000), named]);

const operation = { op: z.string().max(64), args: listOrObject, loop: listOrObject.optional() };
/** What else a client sends with an operation is left out, as Ironic shows it. */
const condition = z
  .object({ ...operation, multiple: z.enum(['any', 'all', 'first', 'last']).optional() })
  .transform(({ multiple, ...rest }) =>
    rest.loop === undefined ? rest : { ...rest, multiple: multiple ?? ('any' as const) },
  );

export const ruleConditions = z.array(condition).max(100);
export const ruleActions = z.array(z.object(operation)).max(100);

/** `!eq`, `! eq` and `eq`. Null when there are several exclamation marks. */
export function parseOperator(op: string): { readonly name: string; readonly inverted: boolean } | null {
  const match = /^\s*(!?)\s*([^!]*?)\s*$/.exec(op);
  return match === null ? null : { inverted: match[1] === '!', name: match[2] ?? '' };
}

/**
 * Arguments by name; a list gives them in their order. Throws `invalid_input` for too many, too few or unknown ones.
 */
export function namedArguments(
  { op, args }: RuleOperationRecord,
  { required, optional }: Signature,
): JsonObject {
  const order = [...required, ...optional];
  const given = isArray(args)
    ? Object.fromEntries(args.map((value, index) => [order[index] ?? `number ${index + 1}`, value]))
    : args;
  const missing = required.filter((name) => !Object.hasOwn(given, name));
  const unexpected = Object.keys(given).filter((name) => !order.includes(name));
  const problems = [
    ...(missing.length === 0 ? [] : [`missing required argument(s): ${missing.join(', ')}`]),
    ...(unexpected.length === 0 ? [] : [`unexpected argument(s): ${unexpected.join(', ')}`]),
  ];
  if (problems.length === 0) return given;
  throw invalid(`Inspection rule validation failed. Reason: ${op}: ${problems.join('; ')}`);
}

/** Throws `invalid_input` in Ironic's words for an operation that could never run. */
export function checkRule(rule: {
  readonly conditions: readonly RuleOperationRecord[];
  readonly actions: readonly RuleOperationRecord[];
}): void {
  for (const one of rule.conditions) {
    const parsed = parseOperator(one.op);
    const operator = parsed === null ? undefined : OPERATORS.get(parsed.name);
    if (operator === undefined) throw invalid(`Unsupported condition operator: ${one.op}`);
    const { regex } = namedArguments(one, operator.signature);
    // One with a field in it is known only when the rule runs.
    if (typeof regex === 'string' && one.loop === undefined) compilePattern(regex);
  }
  for (const one of rule.actions) {
    const known = ACTIONS.get(one.op);
    if (known === undefined) throw invalid(`Unsupported action operator: ${one.op}`);
    const args = namedArguments(one, known.signature);
    // In a loop any argument may hold a field.
    if (one.loop === undefined) known.check?.(args);
  }
}

function invalid(message: string): IngotError {
  return new IngotError('invalid_input', message, {
    hint: `Operators: ${[...OPERATORS.keys()].join(', ')}. Actions: ${[...ACTIONS.keys()].join(', ')}.`,
  });
}
