/** A machine as its BMC sees it, whatever stands behind: a QEMU process or a simulation. */
import { z } from 'zod';

export const bootSettingsSchema = z.strictObject({
  /** `Once` holds for the next boot only, however that boot comes about. */
  enabled: z.enum(['Disabled', 'Once', 'Continuous']),
  target: z.enum(['None', 'Pxe', 'UefiHttp', 'Hdd']),
  /** The firmware the machine starts with; stays after a `Once` was used up. */
  mode: z.enum(['UEFI', 'Legacy']),
});

/** Boot override in Redfish's words (ComputerSystem.Boot). */
export type BootSettings = Readonly<z.output<typeof bootSettingsSchema>>;

export type Power = 'On' | 'Off' | 'PoweringOn' | 'PoweringOff';
export type BootSource = 'pxe' | 'http' | 'disk';

/** Secure Boot in Redfish's words (SecureBoot resource): what is set, and what the machine last started with. */
export type SecureBoot = { readonly enabled: boolean; readonly current: boolean };

export type MachineInfo = {
  readonly name: string;
  readonly uuid: string;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly bios_version: string;
  readonly cpu_count: number;
  readonly memory_mib: number;
  readonly disk_bytes: number;
  readonly nics: readonly { readonly id: string; readonly mac: string; readonly description: string }[];
};

/**
 * Every operation asks for a state, not for a change: `on` of a running machine does nothing. Calls to one
 * machine are carried out one after the other. They reject with an `IngotError` when the backend fails.
 */
export type Machine = {
  readonly info: MachineInfo;
  power(): Power;
  boot(): BootSettings;
  /** Resolves when the machine runs its firmware. */
  on(): Promise<void>;
  /** Takes the power away. Resolves when it is gone. */
  off(): Promise<void>;
  /** Presses the power button (ACPI); resolves at once: the OS decides when, and whether, it goes down. */
  shutdown(): Promise<void>;
  /** A non-maskable interrupt; nothing happens to a machine that is off. */
  nmi(): Promise<void>;
  /** Holds from the next boot on. */
  setBoot(settings: BootSettings): Promise<void>;
  /** Null: firmware without Secure Boot. */
  secureBoot(): SecureBoot | null;
  /** Holds from the next power-on; nothing where there is no Secure Boot. */
  setSecureBoot(enabled: boolean): Promise<void>;
};

/** What a machine tries first under these settings. Without an override: disk first, PXE after it. */
export function firstBootSource(settings: BootSettings): BootSource {
  if (settings.enabled === 'Disabled') return 'disk';
  if (settings.target === 'Pxe') return 'pxe';
  // BIOS firmware does not know HTTP boot.
  return settings.target === 'UefiHttp' && settings.mode === 'UEFI' ? 'http' : 'disk';
}

/** The settings after a boot began under them: a `Once` is used up. */
export function afterBoot(settings: BootSettings): BootSettings {
  return settings.enabled === 'Once' ? { ...settings, enabled: 'Disabled', target: 'None' } : settings;
}
