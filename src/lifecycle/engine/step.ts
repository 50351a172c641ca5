/**
 * What a step is. A step is called again and again, from the beginning, until it answers `done` or `failed`:
 * after a `wait`, after a `retry`, and after ingot was killed and started again. So it decides by what is on
 * disk (node, scratch) and by asking BMC and agent, never by what it remembers in memory.
 */
import type { ErrorCode } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { Log } from '../../log.ts';
import type { JobRecord, JobStep, Progress } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { NodePatch, Queries } from '../../store/store.ts';
import type { ProvisionState } from '../../store/words.ts';
import type { TimeLimit } from '../graph/graph.ts';
import type { GraphEvent } from '../graph/graph-edges.ts';
import type { Place } from '../graph/move-node.ts';

export type StepOutcome =
  | {
      readonly kind: 'done';
      /** One sentence for the node's history. */
      readonly note: string;
      /**
       * A function of the node as it is at the commit, where a part of a field changes: operators write to it
       * meanwhile.
       */
      readonly patch?: NodePatch | ((now: NodeRecord) => NodePatch);
      /** What later steps of the job have to know: kept as arguments of this one, in the job's steps. */
      readonly found?: JsonObject;
      /** An edge of the graph to take, besides the wait states that the engine handles. */
      readonly move?: GraphEvent;
      /** Where the node is heading after that, if elsewhere than the graph says. */
      readonly target?: ProvisionState;
      /** Steps to run next, before those that the job has already. */
      readonly insert?: readonly JobStep[];
      /** Of the steps that the job has already, those that are not to be run any more. */
      readonly without?: (step: JobStep) => boolean;
      /** Further writes of the same transaction. */
      readonly also?: (queries: Queries) => Promise<void>;
    }
  | {
      readonly kind: 'wait';
      /** What is awaited, to follow "waiting for": "the first heartbeat of the ramdisk". */
      readonly for: string;
      /** The step is called again after this many milliseconds, or earlier when the node is nudged. */
      readonly pollMs: number;
      /** An end of the waiting before the step's own: `ms` milliseconds after `since` (ms since the epoch). */
      readonly within?: { readonly since: number; readonly ms: number };
      readonly progress?: Progress;
      /**
       * For how long (ms) the agent that does the work was not heard of. The step then fails by its silence alone,
       * `timeouts.callback_s` after it was last heard, however long the work takes.
       */
      readonly silentMs?: number;
      /** What an operator should know of this wait: an event, once for each `for`. */
      readonly warning?: string;
    }
  | Retry
  | { readonly kind: 'failed'; readonly because: string; readonly hint: string };

/** `code` and `hint` are those of the error that was thrown, `because` its message. */
export type Retry = {
  readonly kind: 'retry';
  readonly afterMs: number;
  readonly because: string;
  readonly code: ErrorCode;
  readonly hint: string;
};

/** Ironic's words (ironic/common/faults.py), but for `power failure`: a BMC in trouble is no fault of the node here. */
export type Fault = 'clean failure' | 'rescue abort failure' | 'service failure';

export type StepContext = {
  /** As committed when this call began, or after the last `save` of this call. */
  readonly node: () => NodeRecord;
  readonly job: JobRecord;
  readonly args: JsonObject;
  /** What earlier calls of this step saved; also after a crash. */
  readonly scratch: () => JsonObject;
  /** Milliseconds since the epoch: a moment to save. */
  now(): number;
  /** Milliseconds since a moment that was saved, or the step's start: what a clock that is set does not move. */
  since(moment: number): number;
  /** Commits facts in the middle of a step: merged into the scratch, with a change of the node if given. */
  save(scratch: JsonObject, patch?: NodePatch): Promise<void>;
  /** Tells how far a long call is; written to disk now and then. */
  progress(progress: Progress): void;
  /** Aborted at the step's deadline, when the job is ended from outside, and when ingot stops. */
  readonly signal: AbortSignal;
  readonly log: Log;
};

/** Work that is bounded over all nodes together. */
const SLOT_KINDS = ['jobs', 'power_actions', 'image_writes'] as const;
export type SlotKind = (typeof SLOT_KINDS)[number];

export type StepDefinition = {
  /** What the step does, to follow "working on": "switching the machine off". */
  readonly does: string;
  /** Where the node is while this step is the current one; without it `working`. */
  readonly place?: Place;
  /** How long the step may take; without it the limit of the node's provision state. `never`: an operator ends it. */
  readonly limit?: TimeLimit | 'never';
  /** Seconds that it may take by its `args`, where whoever asked for it said so; null: as `limit` says. */
  readonly askedLimitS?: (args: JsonObject) => number | null;
  /** The step holds one of these slots from its first call to its end. */
  readonly slot?: Exclude<SlotKind, 'jobs'>;
  /** Tries in a row after which it fails, where the rule for the error would go on; undefined: as that rule says. */
  readonly patience?: (job: JobRecord) => number | undefined;
  /**
   * A failure of the step, also its silence, takes the node into maintenance with this as its `fault`: nobody shall use
   * it before it was looked after. What an operator aborts is no failure.
   */
  readonly fault?: (job: JobRecord) => Fault | undefined;
  readonly run: (context: StepContext) => Promise<StepOutcome>;
};

export type Steps = Readonly<Record<string, StepDefinition>>;

/** What is told to the operator when a step fails, or nothing happens any more. */
export type Explanation = {
  readonly because: string;
  readonly hint: string;
  readonly fault?: Fault | undefined;
};

/** Called around every call of a step. Tests stop the world here. */
export type BoundaryHook = (boundary: {
  readonly jobId: number;
  readonly step: string;
  readonly when: 'before' | 'after';
  /** What the call that just ended answered. */
  readonly outcome?: StepOutcome['kind'];
}) => void | Promise<void>;
