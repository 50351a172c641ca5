/** Runs inspection rules over what an inspection found (ironic/common/inspection_rules/engine.py). Pure. */
import { asIngotError, IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isSecretInstanceKey, withoutSecrets } from '../../secret-words.ts';
import type { InspectionRuleRecord, RuleOperationRecord } from '../../store/records/inspection.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortRecord } from '../../store/records/port.ts';
import type { NodePatch, PortPatch } from '../../store/store.ts';
import { isJsonObject } from '../json.ts';
import { ACTIONS } from './actions.ts';
import { changesOf, type Draft, draftOf } from './draft.ts';
import { interpolate } from './interpolate.ts';
import { OPERATORS, type Spend } from './operators.ts';
import { namedArguments, parseOperator } from './rule.ts';

export type Inspected = {
  readonly node: NodeRecord;
  readonly ports: readonly PortRecord[];
  readonly inventory: JsonObject;
  readonly pluginData: JsonObject;
};

export type RulesOutcome =
  | {
      readonly kind: 'applied';
      /** Names of the rules whose conditions held, in their order. */
      readonly applied: readonly string[];
      readonly node: NodePatch;
      readonly ports: ReadonlyMap<string, PortPatch>;
      readonly pluginData: JsonObject;
      readonly told: Draft['told'];
    }
  /** Nothing of what the rules did counts. */
  | { readonly kind: 'failed'; readonly because: string; readonly hint: string };

/** Operations that all rules together may take, loops unrolled. */
const MOST_OPERATIONS = 2_000;
/** Characters times states (`Pattern.workOf`) of all their regular expressions: about a second. */
const MOST_PATTERN_WORK = 10_000_000;

/** The highest priority first, then the oldest; `rules` come in the order of their creation. */
export function applyRules(rules: readonly InspectionRuleRecord[], inspected: Inspected): RulesOutcome {
  let draft = draftOf(inspected.node, inspected.ports, inspected.pluginData);
  const applied: string[] = [];
  const hide = hidingOnce();
  let operations = 0;
  let patternWork = 0;
  const spend = (work: number): void => {
    patternWork += work;
    if (patternWork > MOST_PATTERN_WORK)
      throw broken('the regular expressions of all rules together have too much to look through');
  };
  const count = (): void => {
    operations += 1;
    if (operations > MOST_OPERATIONS)
      throw broken(`all rules together take more than ${MOST_OPERATIONS} operations`);
  };
  for (const rule of rules.toSorted((a, b) => b.priority - a.priority)) {
    const name = rule.description ?? rule.uuid;
    try {
      const seen = (): JsonObject => contextOf(inspected, draft, rule.sensitive ? null : hide);
      const tellable = (): JsonObject => contextOf(inspected, draft, hide);
      if (!rule.conditions.every((condition) => conditionHolds(condition, { context: seen, count, spend })))
        continue;
      applied.push(name);
      for (const action of rule.actions) {
        const context = ACTIONS.get(action.op)?.speaks === true ? tellable : seen;
        for (const turn of turnsOf(action)) {
          count();
          draft = act(action, draft, { turn, context: context(), inspected });
          if (draft.failure !== null) {
            const because = `Failed to inspect hardware. Reason: ${draft.failure}`;
            return { kind: 'failed', because, hint: `The inspection rule "${name}" (${rule.uuid}) says so.` };
          }
        }
      }
      // Each rule answers for what it leaves: the next one begins with a node that fits.
      changesOf(draft, inspected);
    } catch (thrown) {
      const { message, hint } = rule.sensitive ? SENSITIVE_FAILURE : asIngotError(thrown, 'running it');
      const because = `Failed to apply rule ${rule.uuid} to node ${inspected.node.uuid}: ${message}`;
      return { kind: 'failed', because, hint };
    }
  }
  const { node, ports } = changesOf(draft, inspected);
  return { kind: 'applied', applied, node, ports, pluginData: draft.pluginData, told: draft.told };
}

/** Errors quote the values that they are about, and a sensitive rule's values may be secrets. */
const SENSITIVE_FAILURE = {
  message: 'a sensitive rule failed',
  hint: 'Its error may quote secrets and is not told. To read it, inspect with a copy of the rule that is not sensitive.',
};

type Turn = { readonly item?: Json };

/** A loop over a list takes a turn for each item, one over an object a single turn with all of it. */
function turnsOf({ loop }: RuleOperationRecord): readonly Turn[] {
  if (loop === undefined) return [{}];
  if (isJsonObject(loop)) return [{ item: loop }];
  return loop.length === 0 ? [{}] : loop.map((item) => ({ item }));
}

function conditionHolds(
  condition: RuleOperationRecord,
  {
    context,
    count,
    spend,
  }: { readonly context: () => JsonObject; readonly count: () => void; readonly spend: Spend },
): boolean {
  const parsed = parseOperator(condition.op);
  const operator = OPERATORS.get(parsed?.name ?? '');
  if (parsed === null || operator === undefined)
    throw broken(`Unsupported condition operator: ${condition.op}`);
  const results: boolean[] = [];
  for (const turn of turnsOf(condition)) {
    count();
    const args = filled(namedArguments(condition, operator.signature), {
      turn,
      context: context(),
      formatted: operator.signature.formatted,
      missingAsNull: parsed.name === 'is-empty',
    });
    // In a loop numbers may have become text on the way.
    const forced = 'item' in turn && operator.signature.optional.includes('force_strings');
    const holds = operator.holds(forced ? { ...args, force_strings: true } : args, spend) !== parsed.inverted;
    if (condition.multiple === 'first' && holds) return true;
    results.push(holds);
  }
  switch (condition.multiple ?? 'any') {
    case 'all':
      return results.every((one) => one);
    case 'any':
      return results.some((one) => one);
    case 'first':
      return results[0] ?? false;
    case 'last':
      return results.at(-1) ?? false;
  }
}

/** The arguments with their format fields filled in: in a loop of all of them, else of those that are `formatted`. */
function filled(
  args: JsonObject,
  {
    turn,
    context,
    formatted,
    missingAsNull,
  }: {
    readonly turn: Turn;
    readonly context: JsonObject;
    readonly formatted: readonly string[];
    readonly missingAsNull: boolean;
  },
): JsonObject {
  const looping = turn.item !== undefined;
  const item = looping ? { item: interpolate(turn.item, context, { missingAsNull: false }) } : {};
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      looping || formatted.includes(name)
        ? interpolate(value, { ...context, ...item }, { missingAsNull })
        : value,
    ]),
  );
}

function act(
  action: RuleOperationRecord,
  draft: Draft,
  {
    turn,
    context,
    inspected,
  }: { readonly turn: Turn; readonly context: JsonObject; readonly inspected: Inspected },
): Draft {
  const known = ACTIONS.get(action.op);
  if (known === undefined) throw broken(`Unsupported action operator: ${action.op}`);
  const { formatted } = known.signature;
  const args = namedArguments(action, known.signature);
  return known.apply(
    draft,
    filled(args, { turn, context, formatted, missingAsNull: false }),
    inspected.ports,
  );
}

type Hide = (object: JsonObject) => JsonObject;

/** What has been gone through for secrets is not gone through again: each operation asks for all of the inventory. */
function hidingOnce(): Hide {
  const known = new WeakMap<JsonObject, JsonObject>();
  return (object) => {
    const hidden =
      known.get(object) ?? withoutSecrets(object, { isSecret: isSecretInstanceKey, instead: () => '***' });
    known.set(object, hidden);
    return hidden;
  };
}

/** What format fields may name. Secrets are for rules only whose own text is hidden; `hide` is null for those. */
function contextOf({ node, inventory }: Inspected, draft: Draft, hide: Hide | null): JsonObject {
  const { agent: _a, lcm: _l, interfaces: _i, ...plain } = node;
  const whole = { ...plain, ...draft.node };
  if (hide === null) return { node: whole, inventory, plugin_data: draft.pluginData };
  return { node: hide(whole), inventory: hide(inventory), plugin_data: hide(draft.pluginData) };
}

function broken(message: string): IngotError {
  return new IngotError('invalid_input', message, { hint: 'Correct the rule, then inspect again.' });
}
