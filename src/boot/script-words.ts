/** What the scripts of iPXE and GRUB have in common, so that a machine meets the same ways by both. Pure. */
import type { Mac } from '../net/mac.ts';
import { ownSeconds } from './own-seconds.ts';

/** Tries to load kernel and ramdisk before the machine is started anew. */
export const TRIES = 10;

/** Each MAC's own, so that a rack that is told "not now" does not come back as one. */
export function firstPauseS(mac: Mac): number {
  return 2 + ownSeconds(mac, 7);
}

/** A node's name cannot end the line, end quotes or call on settings. */
export function oneWord(name: string): string {
  return name.replaceAll(/[^\w.-]/g, '_');
}

export function unknownMachine(mac: Mac): string {
  return `ingot does not know ${mac}, enroll it with: ingot node enroll`;
}
