/** What the boot file server tells of its clients. */
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';

export type BootFact = {
  readonly kind: /** A first-stage program by UEFI HTTP boot. */
    | 'boot.program'
    | 'boot.script'
    | 'boot.kernel'
    | 'boot.initrd'
    /** The start of an image: agents fetch the rest in ranges, which are no events. */
    | 'boot.image'
    /** Told to come back for its turn. */
    | 'boot.waits'
    /** Not there, or broken off. */
    | 'boot.failed';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Known only for the script; else the lease of `address` says it. */
  readonly mac: Mac | null;
  readonly address: Ipv4 | null;
  /** The path asked for. */
  readonly file: string;
  readonly bytes: number;
  readonly sentence: string;
};
