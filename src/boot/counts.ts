/** What the boot file server counts: a closed list, so that metrics know every name before the first request. */
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
  'unreadable',
] as const;
export type BootCount = (typeof BOOT_COUNTS)[number];
