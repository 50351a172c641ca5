/**
 * Remembers to which MACs our iPXE was given in place of one without HTTP, so that it is given once: a ROM's iPXE and
 * an iPXE of ours that lacks HTTP say the same by DHCP, and only the order tells them apart.
 */
import type { Mac } from '../net/mac.ts';
import { createRecentMap } from '../net/recent-map.ts';
import type { BootClient } from './decision.ts';
import { createLoopGuard, MOST_ROUNDS } from './loop-guard.ts';

/**
 * From our answer to the DHCP of the program that was loaded: TFTP, and a switch port that takes 50 s to forward. A
 * machine without HTTP that comes later was started anew.
 */
const LOADS_MS = 60_000;
const MOST_MACHINES = 20_000;

export type ChainMessage = {
  readonly mac: Mac;
  readonly client: BootClient;
  /** DISCOVER and REQUEST of one exchange have the same. */
  readonly xid: string;
  /** A REQUEST: by its answer the client boots. */
  readonly final: boolean;
  readonly now: number;
};

export type ChainMemory = {
  /**
   * Takes note of a DHCP message and says the same for all of its exchange. True: our iPXE was given to this MAC and
   * did not show itself since, or more than five times in ten minutes: to give it again would go round for ever.
   */
  note(message: ChainMessage): boolean;
};

type Known = {
  readonly xid: string;
  readonly inVain: boolean;
  /** In this exchange. */
  readonly given: boolean;
  /** In this exchange or the last one that gave. */
  readonly givenAt: number | null;
};

export function createChainMemory(): ChainMemory {
  const rounds = createLoopGuard();
  const machines = createRecentMap<Mac, Known>(MOST_MACHINES);

  const judge = ({ mac, now, xid }: ChainMessage): Known => {
    const last = machines.get(mac);
    if (last?.xid === xid) return last;
    const givenAt = last?.givenAt ?? null;
    const justGiven = givenAt !== null && now - givenAt < LOADS_MS;
    return { xid, givenAt, given: false, inVain: justGiven || rounds.recent(mac, now) >= MOST_ROUNDS };
  };

  return {
    note: (message) => {
      const { client, final, mac, now } = message;
      if (client.kind !== 'ipxe') return false;
      if (client.http) {
        // Ours, at last: the machine's next boot begins anew.
        machines.delete(mac);
        rounds.forget(mac);
        return false;
      }
      const { inVain, ...known } = judge(message);
      const given = final && !inVain;
      // A REQUEST that is sent again is the same gift.
      if (given && !known.given) rounds.visit(mac, now);
      machines.set(mac, { ...known, inVain, ...(given ? { given, givenAt: now } : {}) });
      return inVain;
    },
  };
}
