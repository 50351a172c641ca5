/** The dynamic addresses of one network that nobody holds, the longest unused first. */
import type { Ipv4 } from '../net/ipv4.ts';
import type { DynamicAddresses } from './address-range.ts';
import { LookAhead } from './look-ahead.ts';

/** Free addresses looked at before giving up on finding one that is not kept back for a reservation. */
const LOOK_LIMIT = 256;

export class FreeAddresses {
  readonly #neverUsed: LookAhead<Ipv4>;
  /** Used once, free now; the longest unused first. */
  readonly #usedBefore = new Set<Ipv4>();
  readonly #isHeld: (address: Ipv4) => boolean;

  constructor(dynamic: DynamicAddresses, isHeld: (address: Ipv4) => boolean) {
    this.#neverUsed = new LookAhead(dynamic.inOrder());
    this.#isHeld = isHeld;
  }

  /** Nobody holds it any more: it comes up after all others. */
  put(address: Ipv4): void {
    this.#usedBefore.add(address);
  }

  /** Somebody holds it. */
  take(address: Ipv4): void {
    this.#usedBefore.delete(address);
  }

  /** One that `keptBack` does not claim; null when there is none. */
  longestUnused(keptBack: (address: Ipv4) => boolean): Ipv4 | null {
    for (let address = this.#neverUsed.first(); address !== null; address = this.#neverUsed.first()) {
      if (!this.#isKnown(address)) {
        if (!keptBack(address)) return address;
        // Comes up again should its reservation go away.
        this.#usedBefore.add(address);
      }
      this.#neverUsed.drop();
    }
    let looks = Math.min(this.#usedBefore.size, LOOK_LIMIT);
    for (const address of this.#usedBefore) {
      if (looks-- === 0) return null;
      if (!keptBack(address)) return address;
      this.#usedBefore.delete(address);
      this.#usedBefore.add(address);
    }
    return null;
  }

  /** Addresses that nobody used yet and that come up next, at most `most`. */
  upcoming(most: number): readonly Ipv4[] {
    return this.#neverUsed.peek(most).filter((address) => !this.#isKnown(address));
  }

  #isKnown(address: Ipv4): boolean {
    return this.#usedBefore.has(address) || this.#isHeld(address);
  }
}
