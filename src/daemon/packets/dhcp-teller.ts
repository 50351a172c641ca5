/**
 * What the packet thread passes on of DHCP: of nodes' machines, each its share, and of strangers as much as is of use.
 * For a MAC is easily copied, and whoever floods DHCP with it would push out what else is known of its node.
 */
import type { Clock } from '../../clock.ts';
import type { DhcpFact } from '../../dhcp/facts.ts';
import type { Counters } from '../../net/counters.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import { createRequestRate, type RequestRate } from '../../net/request-rate.ts';
import { clientDetails } from './client-details.ts';
import type { FactSender } from './fact-sender.ts';
import type { Fact } from './packet-protocol.ts';

export const FACT_COUNTS = ['strangers_not_told', 'machines_not_told'] as const;

type Parts = {
  /** Whether a node has that MAC. */
  readonly isKnown: (mac: Mac) => boolean;
  readonly send: FactSender['send'];
  readonly counters: Counters<(typeof FACT_COUNTS)[number]>;
  readonly clock: Pick<Clock, 'elapsed'>;
};

/**
 * Thousands of strangers that all start at once are told whole (eight facts each); a flood of invented MACs is not
 * worth the time that it takes from others.
 */
const STRANGERS = { burst: 20_000, perSecond: 1_000, maxAddresses: 1 } as const;

/**
 * Facts of one kind of one MAC at once, and three more in a minute: boots, and machines that go round, are told whole.
 * Of each kind, so that a flood of DISCOVERs does not hide which address the machine has got.
 */
const SHARE = { burst: 40, perSecond: 0.05, maxAddresses: 20_000 } as const;

export type DhcpTeller = {
  /**
   * Only strangers' facts carry along what the machine said of itself, only relayed ones where it is plugged in, and of
   * nodes' machines only those of UEFI HTTP boot that it is that.
   */
  tell(fact: DhcpFact): void;
  /** What DHCP's answer makes of the machine's boot; of strangers by the same measure. */
  tellBoot(fact: Fact): void;
};

export function createDhcpTeller({ isKnown, send, counters, clock }: Parts): DhcpTeller {
  const rate = createRequestRate(STRANGERS);
  /** Takes one of the strangers' measure, or counts what is not told. */
  const allowsStranger = (): boolean => {
    const allowed = rate.allows('strangers', clock.elapsed());
    if (!allowed) counters.count('strangers_not_told');
    return allowed;
  };
  const shares = new Map<Fact['kind'], RequestRate>();
  const leftOut = createRecentMap<Mac, number>(SHARE.maxAddresses);
  /** The fact with what has to be said of others before it; null: it is one of those that are not told. */
  const withinShare = <F extends Fact | DhcpFact>(fact: F, mac: Mac): F | null => {
    const share = shares.get(fact.kind) ?? createRequestRate(SHARE);
    shares.set(fact.kind, share);
    const missing = leftOut.get(mac) ?? 0;
    if (!share.allows(mac, clock.elapsed())) {
      counters.count('machines_not_told');
      leftOut.set(mac, missing + 1);
      return null;
    }
    if (missing === 0) return fact;
    leftOut.delete(mac);
    const sentence = `${fact.sentence}; ${missing} messages of this MAC before it made no events, for there were too many`;
    return { ...fact, sentence };
  };
  return {
    tell: (fact) => {
      const place = fact.relay === undefined ? undefined : { relay: fact.relay };
      if (!isKnown(fact.mac)) {
        if (allowsStranger()) send(fact, { client: clientDetails(fact), ...place });
        return;
      }
      const told = withinShare(fact, fact.mac);
      if (told !== null) send(told, saysHttp(fact) ? { ...place, byHttp: true } : place);
    },
    tellBoot: (fact) => {
      const isOfNode = fact.mac !== null && isKnown(fact.mac);
      const told = isOfNode ? withinShare(fact, fact.mac) : allowsStranger() ? fact : null;
      if (told !== null) send(told);
    },
  };
}

/** As UEFI HTTP boot does, in option 60. */
function saysHttp({ vendorClass }: DhcpFact): boolean {
  return vendorClass?.startsWith('HTTPClient') === true;
}
