/** Steps that no deadline ends (`limit: 'never'`), and how a job's row says so. Pure. */
import type { JobRecord } from '../../store/records/job.ts';

/** Milliseconds: a century, which is what "never" is as a time stamp. */
export const NEVER_MS = 100 * 365 * 86_400_000;

/** When the job's step is failed; null for one that has not begun, or that no deadline ends. */
export function failsAt({ deadline, step_started_at }: JobRecord): string | null {
  if (deadline === null) return null;
  // The two are stamped one after the other; no limit of the configuration is half as long.
  return Date.parse(deadline) - Date.parse(step_started_at) > NEVER_MS / 2 ? null : deadline;
}
