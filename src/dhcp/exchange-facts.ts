/** What is told of the exchanges on one wire: each step, what stays unanswered, and links that come up late. */
import { RepeatLimit } from '../net/repeat-limit.ts';
import { type DhcpFact, dhcpFact, type FactBody, silenceSentence, unansweredKind } from './facts.ts';
import type { Case } from './question.ts';
import type { Silence } from './replies/answer.ts';
import { LinkWatch } from './watch/link-watch.ts';

export class ExchangeFacts {
  readonly #onFact: (fact: DhcpFact) => void;
  /** Unanswered machines ask again every few seconds; one remark a minute and machine is enough. */
  readonly #remarks = new RepeatLimit({ quietMs: 60_000, mostKeys: 4096 });
  readonly #links = new LinkWatch();

  constructor(onFact: (fact: DhcpFact) => void) {
    this.#onFact = onFact;
  }

  tell({ facts, now, place }: Case, body: FactBody): void {
    this.#onFact(dhcpFact(facts, { network: place.network.name, at: now }, body));
  }

  unanswered(question: Case, reason: Silence): void {
    const { facts, now } = question;
    const kind = unansweredKind(facts, reason);
    const address = facts.requestedAddress ?? facts.ciaddr;
    // Where the address comes from elsewhere, this fact alone tells it.
    const subject = kind === 'dhcp.elsewhere' ? address : reason;
    if (kind === null || !this.#remarks.allows(`${facts.mac} ${subject}`, now)) return;
    this.tell(question, { kind, address, sentence: silenceSentence(reason, facts) });
  }

  /** A question came: that of a machine whose link took long says so. */
  asked(question: Case): void {
    const { facts, stage, now } = question;
    if (facts.messageType !== 'discover' || stage === null) return;
    const sentence = this.#links.discover({ mac: facts.mac, stage, secs: facts.secs }, now);
    if (sentence !== null) this.tell(question, { kind: 'dhcp.link_late', address: null, sentence });
  }

  /** Its lease is granted. */
  acknowledged({ facts, stage, now }: Case): void {
    if (stage === 'firmware') this.#links.acknowledged(facts.mac, now);
  }

  /** The wall clock was set: what was remembered by it counts no more. */
  forgetTimes(): void {
    this.#remarks.clear();
  }
}
