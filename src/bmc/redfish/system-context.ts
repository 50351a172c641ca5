/** What a change of one system needs, be it of its power or its settings. */
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { RedfishClient, Resource } from './client.ts';
import type { RedfishTarget } from './driver-info.ts';

export type SystemContext = {
  readonly target: RedfishTarget;
  readonly client: RedfishClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the work: nothing is asked of the machine any more. */
  readonly signal: AbortSignal;
  /** Reads the system anew. */
  readonly system: () => Promise<Resource>;
};
