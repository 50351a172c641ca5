/** What the packet thread passes on of DHCP: all of nodes' machines, and of strangers as much as is of use. */
import type { Clock } from '../clock.ts';
import type { DhcpFact } from '../dhcp/facts.ts';
import type { Counters } from '../net/counters.ts';
import type { Mac } from '../net/mac.ts';
import { createRequestRate } from '../net/request-rate.ts';
import { clientDetails } from './client-details.ts';
import type { FactSender } from './fact-sender.ts';
import type { Fact } from './packet-protocol.ts';

export const FACT_COUNTS = ['strangers_not_told'] as const;

type Parts = {
  /** Whether a node has that MAC. */
  readonly isKnown: (mac: Mac) => boolean;
  readonly send: FactSender['send'];
  readonly counters: Counters<(typeof FACT_COUNTS)[number]>;
  readonly clock: Pick<Clock, 'elapsed'>;
};

/**
 * Thousands of strangers that all start at once are told whole (eight facts each); a flood of invented MACs is not worth
 * the time that it takes from others.
 */
const STRANGERS = { burst: 20_000, perSecond: 1_000, maxAddresses: 1 } as const;

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
  return {
    tell: (fact) => {
      const place = fact.relay === undefined ? undefined : { relay: fact.relay };
      if (isKnown(fact.mac)) send(fact, saysHttp(fact) ? { ...place, byHttp: true } : place);
      else if (allowsStranger()) send(fact, { client: clientDetails(fact), ...place });
    },
    tellBoot: (fact) => {
      if ((fact.mac !== null && isKnown(fact.mac)) || allowsStranger()) send(fact);
    },
  };
}

/** As UEFI HTTP boot does, in option 60. */
function saysHttp({ vendorClass }: DhcpFact): boolean {
  return vendorClass?.startsWith('HTTPClient') === true;
}
