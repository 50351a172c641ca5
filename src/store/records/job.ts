/** A node's durable jobs. */
import type { JsonObject } from '../../json.ts';

/** A durable job (the node's lock while `status` is running). See docs/architecture.md, "Jobs". */
export type JobRecord = {
  readonly id: number;
  readonly node_uuid: string;
  readonly verb: string;
  /** Name of the user or token that asked for it; null: nobody logged in, or ingot itself. */
  readonly asked_by: string | null;
  readonly steps: readonly JobStep[];
  /** Index of the step that runs now; equals `steps.length` when all are done. */
  readonly cursor: number;
  /** How often the current step was tried and asked for a retry. */
  readonly attempt: number;
  /** What the current step remembers across a crash; emptied when the cursor moves. */
  readonly scratch: JsonObject;
  readonly status: JobStatus;
  /** One sentence: what is awaited. Null when the step is at work. */
  readonly waiting_for: string | null;
  readonly step_started_at: string;
  /** When the engine looks at the step again by itself. */
  readonly wake_at: string | null;
  /** When the current step is failed with what was last seen. */
  readonly deadline: string | null;
  readonly progress: Progress | null;
  readonly error: string | null;
  /** Null: nobody has asked for it. */
  readonly abort: JobAbort | null;
  readonly created_at: string;
  readonly updated_at: string;
};

/** What a list of nodes tells of their running jobs. */
export type CurrentJob = Pick<JobRecord, 'node_uuid' | 'waiting_for' | 'abort'> & {
  /** Null between two steps, and where the list of steps cannot be read. */
  readonly step: JobStep | null;
};

export type JobStep = { readonly name: string; readonly args: JsonObject };

export type JobStatus = 'running' | 'done' | 'failed' | 'aborted';

/** An operator's `abort`: it waits for the end of a step that must not be cut, or the job tidies up for it `now`. */
export type JobAbort = 'after_step' | 'now';

export type Progress = {
  readonly percent: number;
  readonly bytes_done: number;
  readonly bytes_total: number;
};
