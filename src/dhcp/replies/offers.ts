/** Offers: the address is held, asked for by ARP where nobody ever had it, and told; or only what to boot is. */
import type { Clock } from '../../clock.ts';
import type { Mac } from '../../net/mac.ts';
import type { ExchangeFacts } from '../exchange-facts.ts';
import { keptFor } from '../leases/lease-key.ts';
import type { Case, Question } from '../question.ts';
import type { UsedAddresses } from '../watch/used-addresses.ts';
import type { Answer, Silence } from './answer.ts';
import { FirstOffers, type FirstOffersParts } from './first-offers.ts';
import type { Replies } from './replies.ts';
import type { Retransmissions } from './retransmissions.ts';

/** An offered address is kept for this long; EDK2 collects offers for up to 60 s. */
export const OFFER_HOLD_MS = 120_000;
/** Addresses that one question may find in use; the next question goes on from there. */
const MOST_FOUND_IN_USE = 4;

type Offered = Extract<Answer, { kind: 'offer' }>;

type Parts = FirstOffersParts & {
  readonly clock: Pick<Clock, 'now'>;
  readonly replies: Replies;
  readonly sent: Retransmissions;
  readonly told: ExchangeFacts;
  readonly used: UsedAddresses;
  /** What was offered to the machine or said to it before no longer counts. */
  readonly forget: (question: Question) => void;
  /** The question is asked once more, for the address that was chosen for it is somebody's. */
  readonly again: (question: Question) => void;
  readonly keepSilent: (question: Case, reason: Silence) => void;
};

export class Offers {
  readonly #parts: Parts;
  readonly #probes: FirstOffers;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#probes = new FirstOffers(parts);
  }

  /** Sends it, now or when nobody was found to have the address. */
  make(question: Case, offer: Offered): void {
    const { facts, now, place } = question;
    const mayWait = this.#probes.wants(question, offer);
    place.book.hold({ ...keptFor(facts), address: offer.address, until: now + OFFER_HOLD_MS });
    if (
      mayWait &&
      this.#probes.ask(question, offer.address, (usedBy) => this.#asked(question, offer, usedBy))
    )
      return;
    this.#send(question, offer);
  }

  /** What to boot, where another server gives the address. */
  makeBoot(question: Case): void {
    const { keepSilent, replies, sent, told } = this.#parts;
    const { facts, now, datagram } = question;
    const offer = replies.composeBootOffer(question);
    if (offer === null) {
      keepSilent(question, 'nothing_to_boot');
      return;
    }
    const { reply, file } = offer;
    sent.remember(facts.mac, 'discover', { question: datagram, reply, at: now });
    replies.dispatch(question, reply);
    const sentence = `was told to boot ${file}; another DHCP server gives its address`;
    told.tell(question, { kind: 'dhcp.boot_file', address: null, sentence });
  }

  /** The question about the offered address is answered; meanwhile the machine may have gone elsewhere. */
  #asked(question: Case, offer: Offered, usedBy: Mac | null): void {
    const { again, clock, forget, keepSilent, used } = this.#parts;
    const { facts, place } = question;
    const { leaseKey, mac } = facts;
    const now = clock.now();
    if (place.book.offerTo(leaseKey)?.address !== offer.address) return;
    if (usedBy === null || usedBy === mac) {
      this.#send(question, offer);
      return;
    }
    forget(question);
    used.found(place, { address: offer.address, usedBy, refusedBy: mac }, now);
    const foundInUse = (question.foundInUse ?? 0) + 1;
    if (foundInUse < MOST_FOUND_IN_USE) again({ ...question, now, foundInUse });
    else keepSilent(question, 'found_in_use');
  }

  #send(question: Case, { address, because }: Offered): void {
    const { replies, sent, told } = this.#parts;
    const { facts, now, datagram } = question;
    const reply = replies.compose(question, { kind: 'offer', yiaddr: address });
    sent.remember(facts.mac, 'discover', { question: datagram, reply, at: now });
    replies.dispatch(question, reply);
    told.tell(question, { kind: 'dhcp.offer', address, sentence: `was offered ${address} (${because})` });
  }
}
