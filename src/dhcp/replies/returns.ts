/** Addresses that come back before their time: given back, found to be somebody else's, or left for another. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { ExchangeFacts } from '../exchange-facts.ts';
import type { Lease } from '../leases/lease.ts';
import { leaseKeyOf } from '../leases/lease-key.ts';
import type { WriteLeases } from '../leases/lease-writer.ts';
import type { Case, Question } from '../question.ts';
import type { Strangers } from '../strangers/strangers.ts';
import type { UsedAddresses } from '../watch/used-addresses.ts';
import type { Place } from '../wires/shared-network.ts';

type Parts = {
  readonly write: WriteLeases;
  readonly strangers: Strangers;
  readonly told: ExchangeFacts;
  readonly used: UsedAddresses;
  /** What was offered to the machine or said to it before no longer counts. */
  readonly forget: (question: Question) => void;
};

export class Returns {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  release(question: Case, address: Ipv4): void {
    this.#giveBack(question, address);
    this.#parts.told.tell(question, { kind: 'dhcp.release', address, sentence: `gave ${address} back` });
  }

  decline(question: Case, address: Ipv4): void {
    const { facts, now, place } = question;
    this.#giveBack(question, address);
    this.#parts.used.found(place, { address, usedBy: null, refusedBy: facts.mac }, now);
    const sentence = `found ${address} in use by a foreign machine: look for a host with a fixed address there`;
    this.#parts.told.tell(question, { kind: 'dhcp.decline', address, sentence });
  }

  /** The lease has ended; its end is written down, and waited for by nobody. */
  end(place: Place, ended: Lease): void {
    this.#parts.strangers.leave(place, leaseKeyOf(ended));
    this.#parts.write(place.network.name, [ended]);
  }

  #giveBack(question: Case, address: Ipv4): void {
    const { facts, now, place } = question;
    // Under its identifier, or under the bare MAC (see `isOwn`).
    const key = [facts.leaseKey, facts.mac].find((one) => place.book.leaseOf(one)?.address === address);
    const ended = key === undefined ? null : place.book.release(key, now);
    this.#parts.forget(question);
    if (ended === null) this.#parts.strangers.leave(place, facts.leaseKey);
    else this.end(place, ended);
  }
}
