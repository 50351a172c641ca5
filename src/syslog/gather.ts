/**
 * Gathers the lines of each machine for a moment, so that a boot is a handful of events and not hundreds; and gives
 * each machine a share of events, so that a talkative one does not push out what else is known of it. Pure but for its
 * own memory; the time is passed in.
 */
import type { Ipv4 } from '../net/ipv4.ts';
import { createRecentMap } from '../net/recent-map.ts';
import { createRequestRate } from '../net/request-rate.ts';
import type { SyslogLine } from './message.ts';

/** A full screen of text; a longer one is the next event. */
const MOST_LINES = 12;
const MOST_CHARACTERS = 1_000;
export const GATHER_MS = 2_000;
/** Events at once, and what is added to the share: three in a minute. */
const SHARE = { burst: 40, perSecond: 0.05 } as const;
const MOST_MACHINES = 10_000;

export type GatheredLines = {
  readonly address: Ipv4;
  /** When the first line came. */
  readonly at: number;
  readonly lines: readonly SyslogLine[];
  /** Lines before these that found no share. */
  readonly leftOut: number;
};

type Gathering = { readonly at: number; readonly lines: SyslogLine[]; characters: number };

export type Gatherer = {
  /** Gives back what is complete by this line. */
  add(address: Ipv4, line: SyslogLine, now: number): readonly GatheredLines[];
  /** What has been gathered for long enough. */
  due(now: number): readonly GatheredLines[];
  /** Machines with lines that wait. */
  waiting(): number;
};

export function createGatherer(onLeftOut: (lines: number) => void): Gatherer {
  const gathering = new Map<Ipv4, Gathering>();
  const leftOut = createRecentMap<Ipv4, number>(MOST_MACHINES);
  const share = createRequestRate({ ...SHARE, maxAddresses: MOST_MACHINES });

  const finish = (address: Ipv4, now: number): readonly GatheredLines[] => {
    const complete = gathering.get(address);
    if (complete === undefined) return [];
    gathering.delete(address);
    const missing = leftOut.get(address) ?? 0;
    if (!share.allows(address, now)) {
      onLeftOut(complete.lines.length);
      leftOut.set(address, missing + complete.lines.length);
      return [];
    }
    leftOut.delete(address);
    return [{ address, at: complete.at, lines: complete.lines, leftOut: missing }];
  };

  return {
    waiting: () => gathering.size,
    add: (address, line, now) => {
      const before = gathering.get(address);
      const full = before !== undefined && before.characters + line.text.length > MOST_CHARACTERS;
      // A crowd of forged addresses makes events early instead of filling the memory.
      const crowded = before === undefined && gathering.size >= MOST_MACHINES;
      const [oldest] = crowded ? gathering.keys() : [];
      const early = [
        ...(full ? finish(address, now) : []),
        ...(oldest === undefined ? [] : finish(oldest, now)),
      ];
      const current = gathering.get(address) ?? { at: now, lines: [], characters: 0 };
      current.lines.push(line);
      current.characters += line.text.length;
      gathering.set(address, current);
      return current.lines.length >= MOST_LINES ? [...early, ...finish(address, now)] : early;
    },
    due: (now) =>
      [...gathering]
        .filter(([, { at }]) => now - at >= GATHER_MS || now < at)
        .flatMap(([address]) => finish(address, now)),
  };
}
