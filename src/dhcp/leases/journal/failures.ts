import { IngotError } from '../../../errors.ts';
import type { DhcpNotice } from '../../notice.ts';

/** What ingot says when leases cannot be written: no ACK leaves until they can. */
export function writeFailure(path: string, cause: unknown): IngotError {
  if (cause instanceof IngotError) return cause;
  const because = cause instanceof Error ? cause.message : String(cause);
  return new IngotError('environment', `cannot write leases to ${path}: ${because}`, {
    hint: 'No address is handed out until this works: check free space (`df`) and the file system.',
    cause,
  });
}

export const DAMAGE_HINT =
  'Machines whose leases were lost get them back when they ask again. Check the disk of state_dir (`dmesg`, `smartctl`): it lost what it had confirmed.';

/** `sentence`: which part of the lease log cannot be read. */
export function damageNotice(sentence: string): DhcpNotice {
  const told = `${sentence}. ${DAMAGE_HINT}`;
  return { kind: 'dhcp.lease_log_damaged', severity: 'warning', network: null, sentence: told, data: {} };
}
