/** Events, as they are written and as they are read. */
import type { JsonObject } from '../../json.ts';
import type { EventKind } from '../event-kinds.ts';
import type { Severity } from '../words.ts';

/** One entry of the one ordered stream of everything that happens. */
export type EventRecord = {
  readonly seq: number;
  readonly at: string;
  readonly node_uuid: string | null;
  /** Dotted: `dhcp.ack`, `tftp.done`, `boot.script`, `agent.heartbeat`, `state.changed`, `job.step_done`, ... */
  readonly kind: string;
  readonly severity: Severity;
  /** One sentence for a human. */
  readonly message: string;
  readonly data: JsonObject;
};

export type NewEvent = {
  readonly node_uuid: string | null;
  readonly kind: EventKind;
  readonly severity?: Severity;
  readonly message: string;
  readonly data?: JsonObject;
};
