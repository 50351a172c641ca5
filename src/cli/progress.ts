/** What a human reads while a job runs. Pure. */
import type { JobAnswer, NodeAnswer } from './answers.ts';
import { formatBytes, formatSeconds } from './table.ts';

/** `deploying: step 3 of 7, write_image, 45 % (210 MiB of 480 MiB), 38 s`. */
export function progressLine(node: NodeAnswer, job: JobAnswer | null): string {
  const parts = [node.provision_state];
  if (job !== null && job.status === 'running') {
    parts.push(`step ${job.step_number} of ${job.step_count}`);
    if (job.step !== null) parts.push(job.step);
    if (job.progress !== null) {
      const { percent, bytes_done, bytes_total } = job.progress;
      const bytes = bytes_total > 0 ? ` (${formatBytes(bytes_done)} of ${formatBytes(bytes_total)})` : '';
      parts.push(`${Math.floor(percent)} %${bytes}`);
    }
    if (job.waiting_for !== null) parts.push(`waiting for ${job.waiting_for}`);
    parts.push(formatSeconds(job.elapsed_s));
  }
  return parts.join(', ').replace(', ', parts.length > 1 ? ': ' : '');
}

/** What makes a progress line worth a new line: state, step, and each tenth of the way. */
export function progressKey(node: NodeAnswer, job: JobAnswer | null): string {
  const tenth = job?.progress === null || job === null ? '' : Math.floor(job.progress.percent / 10);
  return [node.provision_state, job?.id, job?.status, job?.step, job?.waiting_for, tenth].join('|');
}
