/** Requests for any node that fits. */
import type { JsonObject } from '../../json.ts';
import type { AllocationState } from '../words.ts';

/** A request for any node that fits, and what came of it. */
export type AllocationRecord = {
  /** Becomes its node's `instance_uuid`. */
  readonly uuid: string;
  readonly name: string | null;
  /** Null until one was found. */
  readonly node_uuid: string | null;
  readonly state: AllocationState;
  /** Only nodes whose owner or lessee this is. */
  readonly owner: string | null;
  readonly resource_class: string | null;
  /** uuids of the only nodes in question, the first the dearest; none: all are. */
  readonly candidate_nodes: readonly string[];
  /** All of them the node has to have. */
  readonly traits: readonly string[];
  readonly extra: JsonObject;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
};
