/** What an inspection finds, and the rules that say what is done with it. */
import type { Json, JsonObject } from '../../json.ts';

export type InventoryRecord = {
  readonly node_uuid: string;
  readonly inventory: JsonObject;
  readonly plugin_data: JsonObject;
  /** The node's `boot_generation` when it came: tells this boot's from an earlier one's. */
  readonly boot_generation: number;
  readonly created_at: string;
};

/** What is done with what an inspection finds (`lifecycle/inspection-rules/`). */
export type InspectionRuleRecord = {
  readonly uuid: string;
  readonly description: string | null;
  /** The highest runs first. */
  readonly priority: number;
  /** Shows its conditions and actions to nobody, and sees secrets. */
  readonly sensitive: boolean;
  readonly phase: string;
  readonly conditions: readonly RuleOperationRecord[];
  readonly actions: readonly RuleOperationRecord[];
  readonly created_at: string;
  readonly updated_at: string | null;
};

/** One condition or action of an inspection rule. */
export type RuleOperationRecord = {
  readonly op: string;
  /** By name, or in their order. */
  readonly args: readonly Json[] | JsonObject;
  /** Once for each item of a list; an object is one item. */
  readonly loop?: readonly Json[] | JsonObject | undefined;
  /** Of a condition in a loop: which of its results count. */
  readonly multiple?: 'any' | 'all' | 'first' | 'last' | undefined;
};
