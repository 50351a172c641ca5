/** What the servers of machines count: a closed list, so that metrics know every name before the first request. */
export const BOOT_COUNTS = [
  'scripts',
  'programs',
  /** Kernels, ramdisks and images that got a place. */
  'downloads',
  /** Answered with 503 and `Retry-After`. */
  'asked_to_wait',
  /** The client went away in the middle, or was cut for being too slow. */
  'broken_off',
  'not_found',
  'method_refused',
  /** 412: the file is another than the client has a part of. */
  'precondition_failed',
  /** 416: a part that the file does not have. */
  'range_refused',
  'unreadable',
  /** Of agents and deployed systems, answered with success. */
  'calls',
  /** Answered with 4xx or 5xx. */
  'calls_refused',
] as const;
export type BootCount = (typeof BOOT_COUNTS)[number];
