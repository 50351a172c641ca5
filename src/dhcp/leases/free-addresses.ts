/** The dynamic addresses of one network that nobody holds, the longest unused first. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { DynamicAddresses } from './address-range.ts';
import { LookAhead } from './look-ahead.ts';

/** Addresses that were kept back, of which one question asks whether they still are when there is no other. */
const LOOK_LIMIT = 256;

export class FreeAddresses {
  readonly #neverUsed: LookAhead<Ipv4>;
  /** Used once, free now; the longest unused first. */
  readonly #usedBefore = new Set<Ipv4>();
  /** Found to be kept back for reservations; not looked at while there are others. */
  readonly #keptBack = new Set<Ipv4>();
  readonly #isHeld: (address: Ipv4) => boolean;

  constructor(dynamic: DynamicAddresses, isHeld: (address: Ipv4) => boolean) {
    this.#neverUsed = new LookAhead(dynamic.inOrder());
    this.#isHeld = isHeld;
  }

  /** Nobody holds it any more: it comes up after all others. */
  put(address: Ipv4): void {
    this.#keptBack.delete(address);
    this.#usedBefore.add(address);
  }

  /** Somebody holds it. */
  take(address: Ipv4): void {
    this.#usedBefore.delete(address);
    this.#keptBack.delete(address);
  }

  /** One that `keptBack` does not claim; null when there is none. */
  longestUnused(keptBack: (address: Ipv4) => boolean): Ipv4 | null {
    for (let address = this.#neverUsed.first(); address !== null; address = this.#neverUsed.first()) {
      if (!this.#isKnown(address)) {
        if (!keptBack(address)) return address;
        this.#keptBack.add(address);
      }
      this.#neverUsed.drop();
    }
    for (const address of this.#usedBefore) {
      if (!keptBack(address)) return address;
      this.#usedBefore.delete(address);
      this.#keptBack.add(address);
    }
    return this.#keptNoMore(keptBack);
  }

  /** One whose reservation went away; among very many it may take a few questions to find it. */
  #keptNoMore(keptBack: (address: Ipv4) => boolean): Ipv4 | null {
    let looks = Math.min(this.#keptBack.size, LOOK_LIMIT);
    for (const address of this.#keptBack) {
      if (looks-- === 0) return null;
      if (!keptBack(address)) return address;
      this.#keptBack.delete(address);
      this.#keptBack.add(address);
    }
    return null;
  }

  /** Addresses that nobody used yet and that come up next, at most `most`. */
  upcoming(most: number): readonly Ipv4[] {
    return this.#neverUsed.peek(most).filter((address) => !this.#isKnown(address));
  }

  #isKnown(address: Ipv4): boolean {
    return this.#usedBefore.has(address) || this.#keptBack.has(address) || this.#isHeld(address);
  }
}
