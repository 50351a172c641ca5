/** What of the lease log cannot be read, and how the operator hears of it. */
import type { DhcpNotice } from '../../notice.ts';
import type { Hole } from './frames.ts';

/** A place of the log, once durable, whose leases are lost. */
export type LogDamage = Hole & { readonly file: string };

const HINT =
  'Machines whose leases were lost get them back when they ask again. Check the disk of state_dir (`dmesg`, `smartctl`): it lost what it had confirmed.';

export function damageNotice({ file, at, bytes, frames }: LogDamage): DhcpNotice {
  const sentence =
    `${file} is damaged at byte ${at}: ${bytes} bytes, at most ${frames} writes of leases, cannot be read; the leases ` +
    `behind them are kept. ${HINT}`;
  const data = { file, at, bytes, frames };
  return { kind: 'dhcp.lease_log_damaged', severity: 'error', network: null, sentence, data };
}
