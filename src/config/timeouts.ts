/** `timeouts`: how long things may take, in seconds. */
import { z } from 'zod';

const seconds = z.int().min(1);
/** Null: a share of `callback_s`. */
const share = seconds.nullable().default(null);

/**
 * What each stage of a boot gets of `callback_s` unless it is configured, in sixtieths: together no more than all of
 * it. The first is the time of the firmware's self-test, ten minutes on large servers.
 */
const SHARES = {
  dhcp_s: 24,
  boot_program_s: 6,
  script_s: 4,
  kernel_s: 7,
  ramdisk_s: 6,
  lookup_s: 10,
  heartbeat_s: 3,
} as const;
export type BootLimit = keyof typeof SHARES;
/** Seconds. */
export type BootTimes = Readonly<Record<BootLimit, number>>;

/** No share is less, however short `callback_s` is: below it a retransmission or two would look like a failure. */
const LEAST_SHARE_S = 60;

export const timeoutsSchema = z
  .strictObject({
    /** Seconds from power-on to the agent's first call-back, and that an agent at work may be silent. */
    callback_s: seconds.default(1800),
    /** Seconds after which an agent's command is told of as a long one; an image has to be prepared within them. */
    command_s: seconds.default(7200),
    /** Seconds for the BMC to show a power state that was asked for. */
    power_s: seconds.default(300),
    /** Seconds for each stage of a boot of the ramdisk, from the stage before it. */
    boot: z
      .strictObject({
        /** From power-on to a DHCP question that is answered. */
        dhcp_s: share,
        /** To a boot program that was fetched by TFTP or HTTP. */
        boot_program_s: share,
        /** To the script of iPXE, or the configuration of GRUB. */
        script_s: share,
        kernel_s: share,
        /** From the kernel to the ramdisk's file. */
        ramdisk_s: share,
        /** To the agent's look-up: the start of Linux. */
        lookup_s: share,
        /** To the agent's first heartbeat. */
        heartbeat_s: share,
      })
      .prefault({}),
  })
  .transform((told) => ({ ...told, boot: bootTimes(told.callback_s, told.boot) }));

type Told = Readonly<Record<BootLimit, number | null>>;

function bootTimes(callbackS: number, told: Told): BootTimes {
  const of = (limit: BootLimit): number =>
    told[limit] ?? Math.max(LEAST_SHARE_S, Math.floor((callbackS * SHARES[limit]) / 60));
  return {
    dhcp_s: of('dhcp_s'),
    boot_program_s: of('boot_program_s'),
    script_s: of('script_s'),
    kernel_s: of('kernel_s'),
    ramdisk_s: of('ramdisk_s'),
    lookup_s: of('lookup_s'),
    heartbeat_s: of('heartbeat_s'),
  };
}
