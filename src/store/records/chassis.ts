/** Chassis, which are groups of nodes to ingot. */
import type { JsonObject } from '../../json.ts';

/** What holds several nodes, as operators group them. */
export type ChassisRecord = {
  readonly uuid: string;
  readonly description: string | null;
  readonly extra: JsonObject;
  readonly created_at: string;
  readonly updated_at: string | null;
};
