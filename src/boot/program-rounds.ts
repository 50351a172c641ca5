/**
 * Notices firmware that is led to its boot program again and again, while nothing that it loads asks what to boot: a
 * firewall drops TFTP, Secure Boot refuses the program, or it hangs and a watchdog starts the machine anew.
 */
import type { Mac } from '../net/mac.ts';
import { createRecentMap } from '../net/recent-map.ts';
import type { BootEntry } from './decision.ts';
import { createLoopGuard, MOST_ROUNDS } from './loop-guard.ts';

/** Firmware that asks at 67, then at 4011, or by HTTP, then by TFTP, is in one round. */
const SHORTEST_ROUND_MS = 10_000;
const MOST_MACHINES = 20_000;

export type FirmwareQuestion = {
  readonly mac: Mac;
  readonly entry: BootEntry | null;
  /** DISCOVER and REQUEST of one exchange have the same. */
  readonly xid: string;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: number;
};

export type ProgramRounds = {
  /**
   * Whether firmware goes round, the same for all of an exchange: then it is told of nothing to boot, and turns to its
   * next boot device. `news` when that begins.
   */
  judge(question: FirmwareQuestion): { readonly stuck: boolean; readonly news: boolean };
  /** Its boot program was named to it, by the last word of an exchange that was judged. */
  given(question: Pick<FirmwareQuestion, 'mac' | 'now'>): void;
  /** What it has loaded asks what to boot. */
  arrived(mac: Mac): void;
};

type Known = {
  /** Another boot that ingot asks for begins anew. */
  readonly boot: string;
  readonly xid: string;
  readonly stuck: boolean;
  readonly countedAt: number | null;
};

export function createProgramRounds(): ProgramRounds {
  const rounds = createLoopGuard();
  const machines = createRecentMap<Mac, Known>(MOST_MACHINES);
  const forget = (mac: Mac): void => {
    machines.delete(mac);
    rounds.forget(mac);
  };
  return {
    arrived: forget,
    judge: ({ mac, entry, xid, now }) => {
      const boot = entry === null ? '' : `${entry.generation} ${entry.intent}`;
      if (machines.get(mac)?.boot !== boot) forget(mac);
      const last = machines.get(mac);
      if (last?.xid === xid) return { stuck: last.stuck, news: false };
      const stuck = rounds.recent(mac, now) >= MOST_ROUNDS;
      machines.set(mac, { boot, xid, stuck, countedAt: last?.countedAt ?? null });
      return { stuck, news: stuck && last?.stuck !== true };
    },
    given: ({ mac, now }) => {
      const known = machines.get(mac);
      if (known === undefined || now - (known.countedAt ?? Number.NEGATIVE_INFINITY) < SHORTEST_ROUND_MS)
        return;
      rounds.visit(mac, now);
      machines.set(mac, { ...known, countedAt: now });
    },
  };
}
