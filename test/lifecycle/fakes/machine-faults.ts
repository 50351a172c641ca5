/** What is wrong with a fake machine, or told of it: tests change it as they go. */
import type { Hardware } from '../../../src/bmc/bmc.ts';
import type { IngotError } from '../../../src/errors.ts';
import type { BiosSetting, FirmwareComponent } from '../../../src/store/records/firmware.ts';

export type MachineFaults = {
  /** Whether the firmware has Secure Boot on; absent: the BMC does not say. */
  secureBoot?: boolean | null;
  bmc?: IngotError | null;
  /** What its firmware tells of itself; absent: nothing. */
  bios?: readonly BiosSetting[];
  firmware?: readonly FirmwareComponent[];
  /** What the BMC lists of it; absent: nothing. */
  hardware?: Hardware;
  /** The ramdisk never gets as far as calling back. */
  silent?: boolean;
  /** Switching on takes this long (ms), and goes on when the signal is aborted unless `heeds`. */
  slowOn?: { readonly ms: number; readonly heeds: boolean };
  /** It restarts when it is told to, and its BMC's answer is lost. */
  lostRestart?: boolean;
  /** It does what it is told to, but for restarts, and its BMC's answer is lost. */
  lostAnswers?: boolean;
  /** Its BMC tells when it was last reset. */
  tellsResets?: boolean;
  /** The operating system takes no notice of the power button, or the BMC has none. */
  button?: 'ignored' | 'missing';
  /** Steps that its agent offers besides the usual, for cleaning, service and deployment. */
  offers?: readonly Readonly<Record<string, unknown>>[];
  /** How long its steps take (ms), but for the write of an image; absent: a second. */
  stepMs?: number;
  /** Error of the command of that name (without its extension). */
  commands?: Readonly<Record<string, { readonly type: string; readonly details: string }>>;
};
