/** A job as operators see it: where it is, how far, since when. The scratch stays inside. Pure. */
import type { JsonObject } from '../../json.ts';
import { failsAt } from '../../lifecycle/engine/never.ts';
import type { JobRecord } from '../../store/records/job.ts';

export function jobView(job: JobRecord, now: number): JsonObject {
  const finished = job.status !== 'running';
  const until = finished ? Date.parse(job.updated_at) : now;
  const step = job.steps[Math.min(job.cursor, job.steps.length - 1)];
  return {
    id: job.id,
    verb: job.verb,
    asked_by: job.asked_by,
    status: job.status,
    step: step?.name ?? null,
    /** Counted from 1, as people count. */
    step_number: Math.min(job.cursor + 1, job.steps.length),
    step_count: job.steps.length,
    steps: job.steps.map((one) => one.name),
    attempt: job.attempt,
    waiting_for: job.waiting_for,
    progress: job.progress === null ? null : { ...job.progress },
    percent: job.progress?.percent ?? null,
    elapsed_s: seconds(until - Date.parse(job.created_at)),
    step_elapsed_s: seconds(until - Date.parse(job.step_started_at)),
    /** Null too for a step that no deadline ends, such as a hold. */
    deadline: failsAt(job),
    error: job.error,
    /** `after_step`: it stops when a step has ended that must not be cut; `now`: it tidies up for it. */
    abort: job.abort,
    created_at: job.created_at,
    updated_at: job.updated_at,
  };
}

/** The same for who may not read the node's story: without what names others or the site's machines. */
export function jobViewOfLessee(job: JobRecord, now: number): JsonObject {
  return { ...jobView(job, now), asked_by: null, waiting_for: null, error: null };
}

function seconds(ms: number): number {
  return Math.max(0, Math.round(ms / 100) / 10);
}
