import { IngotError } from '../../../errors.ts';

/** What ingot says when leases cannot be written: no ACK leaves until they can. */
export function writeFailure(path: string, cause: unknown): IngotError {
  if (cause instanceof IngotError) return cause;
  const because = cause instanceof Error ? cause.message : String(cause);
  return new IngotError('environment', `cannot write leases to ${path}: ${because}`, {
    hint: 'No address is handed out until this works: check free space (`df`) and the file system.',
    cause,
  });
}
