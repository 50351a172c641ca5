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
    /** The script of a deployed node, not for the first time. */
    | 'boot.again'
    /** The same stage again and again: the machine is sent to its next boot device. */
    | 'boot.loop'
    /** Not there, and its boot goes on without it. */
    | 'boot.request'
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
