/** What becomes of each datagram: a closed list. */
export const SYSLOG_COUNTS = [
  'lines',
  'empty',
  /** From an address that is on no network of ours. */
  'not_our_network',
  /** More lines from one address than any machine has to say. */
  'rate_limited',
  /** By the kernel, before we could read it: too many came at once. */
  'dropped_by_kernel',
  /** Lines that came after the machine's share of events was used up. */
  'left_out',
] as const;
export type SyslogCount = (typeof SYSLOG_COUNTS)[number];
