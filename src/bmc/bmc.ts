/**
 * What ingot asks of a baseboard management controller, whatever it speaks. Every driver (Redfish now, the
 * XML protocols and IPMI later) implements this; nothing above this room knows a protocol.
 *
 * All calls reject with an `IngotError` of code `bmc_unreachable`, `bmc_auth`, `bmc_tls`, `bmc_refused` or
 * `bmc_bad_answer` (or `busy`, when too many requests wait for one BMC), whose message names the BMC's address
 * and never holds a secret. All but `restart` are idempotent: the wanted state is given, not a change of it.
 *
 * A `signal` is looked at directly before every request that changes something: once it is aborted nothing more
 * is asked of the machine, and the call rejects with the signal's reason. A call that only reads rejects at once, and
 * cuts off the request that is on its way.
 */
import type { IngotError } from '../errors.ts';
import type { BiosSetting, FirmwareComponent } from '../store/records/firmware.ts';

export type BmcPower = 'on' | 'off' | 'turning-on' | 'turning-off' | 'unknown';
/** `http` is UEFI HTTP boot, `bios` the firmware's own set-up. */
export const BOOT_DEVICES = ['pxe', 'http', 'disk', 'cdrom', 'bios'] as const;
export type BootDevice = (typeof BOOT_DEVICES)[number];
export type BootMode = 'uefi' | 'bios';

export type SystemInfo = {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  readonly uuid: string | null;
  readonly bios_version: string | null;
  readonly cpu_count: number | null;
  readonly memory_mib: number | null;
  readonly power: BmcPower;
  readonly boot_mode: BootMode | null;
};

/** What is built into the host, as far as the BMC tells: null and empty lists for what it does not. */
export type Hardware = {
  /** `architecture` in Linux's words (`x86_64`). */
  readonly cpu: {
    readonly architecture: string | null;
    readonly model: string | null;
    readonly mhz: number | null;
  };
  readonly disks: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly model: string | null;
    readonly serial: string | null;
  }[];
  readonly nics: readonly { readonly name: string; readonly mac: string; readonly mbps: number | null }[];
};

export type Bmc = {
  /** The address as the operator wrote it, for messages. */
  readonly address: string;
  power(): Promise<BmcPower>;
  /** Asks for power on; returns when the BMC took the request, not when the host is up. A no-op when on. */
  powerOn(signal?: AbortSignal): Promise<void>;
  /** Forced off. A no-op when off. */
  powerOff(signal?: AbortSignal): Promise<void>;
  /** Asks the OS to shut down (ACPI). */
  softPowerOff(signal?: AbortSignal): Promise<void>;
  /**
   * The system starts anew without its power being cut: `forced` at once, `graceful` when the OS has shut down. Not
   * idempotent: what cannot be confirmed by the power state. Null when the BMC has taken it, else why nobody knows
   * whether it has. Rejects with `bmc_refused` where the BMC has no such button, and where nothing was sent.
   */
  restart(how: 'forced' | 'graceful', signal?: AbortSignal): Promise<IngotError | null>;
  /**
   * When the system was last reset, by whomever: text to be compared with an earlier answer only, for BMCs' clocks are
   * often wrong. Null where the BMC does not tell.
   */
  lastReset(signal?: AbortSignal): Promise<string | null>;
  /** For the next boot only; `mode` is set with it where the BMC allows. */
  setBootOnce(device: BootDevice, mode: BootMode | null, signal?: AbortSignal): Promise<void>;
  /** For every boot from now on. */
  setBootAlways(device: BootDevice, signal?: AbortSignal): Promise<void>;
  /** What overrides the firmware's own order, if anything does. */
  bootDevice(): Promise<{ readonly device: BootDevice | null; readonly persistent: boolean }>;
  /** A non-maskable interrupt: a hung system that is set up for it dumps its core. */
  injectNmi(signal?: AbortSignal): Promise<void>;
  /** Whether the firmware's next start has Secure Boot on; null where the BMC does not say. */
  secureBoot(signal?: AbortSignal): Promise<boolean | null>;
  /** From the next start on. */
  setSecureBoot(enabled: boolean, signal?: AbortSignal): Promise<void>;
  /** What the system's own resource tells: what hangs below it does not keep the answer. */
  systemInfo(): Promise<SystemInfo>;
  /** Canonical MACs of the host's NICs, as far as the BMC knows them. Some dozens of requests. */
  nicMacs(): Promise<readonly string[]>;
  /** Some dozens of requests: for an inspection, not for every look. */
  hardware(): Promise<Hardware>;
  /** All that the BIOS lists; none where the BMC does not show them. Asked with little patience. */
  biosSettings(signal?: AbortSignal): Promise<readonly BiosSetting[]>;
  /** BIOS, BMC and NICs, as far as their versions are told. Some dozens of requests, asked with little patience. */
  firmwareComponents(signal?: AbortSignal): Promise<readonly FirmwareComponent[]>;
  /** Logs out and closes connections. */
  close(): Promise<void>;
};
