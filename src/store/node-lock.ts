/** What who comes second hears. The running job is the node's lock; this is the one sentence for it. Pure. */
import { IngotError } from '../errors.ts';
import type { JobRecord } from './records/job.ts';
import { HOST_NAME } from './words.ts';

/**
 * In Ironic's words (ironic/common/exception.py, NodeLocked), for which its clients look; who holds the node, and what
 * to do, stands in the hint.
 */
export function nodeLocked(uuid: string, { hint, cause }: { hint: string; cause?: unknown }): IngotError {
  return new IngotError(
    'node_locked',
    `Node ${uuid} is locked by host ${HOST_NAME}, please retry after the current operation is completed.`,
    { hint, cause, lockedNode: uuid },
  );
}

/** The job that holds a node, as a sentence: what it does, and for whom. */
export function holderOf({ verb, id, asked_by: name }: Pick<JobRecord, 'verb' | 'id' | 'asked_by'>): string {
  return `The job "${verb}" (number ${id})${name === null ? '' : `, asked for by ${name},`} holds it.`;
}
