/** Bounds, with the reason for each number in netboot terms. */
export const TFTP_LIMITS = {
  /** Ethernet's 1500 less IP, UDP and TFTP headers: what EDK2 asks for, and no IP fragments. */
  maxBlockSize: 1468,
  maxWindowSize: 64,
  maxTransfers: 1024,
  /** A machine loads one file at a time; its old transfers may still be dying. */
  maxTransfersPerClient: 8,
  /** A whole kernel and initrd over a slow link still fit. */
  maxTransferMs: 30 * 60_000,
  /** A Raspberry Pi asks for dozens of missing files in one go. */
  requestBurst: 100,
  requestsPerSecond: 50,
  maxRememberedAddresses: 10_000,
} as const;
export type TftpLimits = { readonly [name in keyof typeof TFTP_LIMITS]: number };

/** The limits of a site: where more machines share an address, that address may ask more often too. */
export function limitsOf(
  site: Pick<TftpLimits, 'maxBlockSize' | 'maxTransfers' | 'maxTransfersPerClient'>,
): TftpLimits {
  const machines = site.maxTransfersPerClient / TFTP_LIMITS.maxTransfersPerClient;
  const scaled = (rate: number): number => Math.ceil(rate * Math.max(1, machines));
  return {
    ...TFTP_LIMITS,
    ...site,
    requestBurst: scaled(TFTP_LIMITS.requestBurst),
    requestsPerSecond: scaled(TFTP_LIMITS.requestsPerSecond),
  };
}
