/** What a machine's request for its script means, given how often it came for the same one: iPXE's, and GRUB's. */
import type { Ipv4 } from '../net/ipv4.ts';
import { createRecentMap } from '../net/recent-map.ts';
import type { BootEntry } from './decision.ts';
import type { BootFact } from './facts.ts';
import { createLoopGuard, LOOP_WINDOW_MS, MOST_ROUNDS } from './loop-guard.ts';

export type ScriptRound = {
  /** It goes round: the script shall send it to its next boot device. */
  readonly stuck: boolean;
  readonly fact: BootFact['kind'];
  readonly sentence: string;
};

/**
 * Who asks from an address that DHCP did not give to the machine: it itself, where another DHCP server was quicker, or
 * anybody. So it is counted for itself, and spoils nothing but its own answers.
 */
export type Stranger = {
  readonly address: Ipv4;
  /** The end of a sentence on why it is not taken for the machine (`ticket.ts`). */
  readonly why: string;
};

export type ScriptRounds = {
  /** The machine loads its script, or a stranger does. */
  count(entry: BootEntry | null, now: number, stranger?: Stranger | null): ScriptRound;
  /** Somebody only looks at it: the same script, and no round of a boot. */
  look(entry: BootEntry | null, now: number): ScriptRound;
  /**
   * Whether the next load would be one too many: for who has to have the script ready before he knows that it is
   * loaded.
   */
  isLast(entry: BootEntry | null, now: number, stranger?: Stranger | null): boolean;
};

/** The words for what is loaded, in the past tense, of one time and of many. */
type Loader = { readonly once: string; readonly often: string };

export const IPXE_SCRIPT: Loader = {
  once: 'iPXE fetched its script',
  often: 'its iPXE fetched the same script',
};
export const GRUB_CONFIGURATION: Loader = {
  once: 'GRUB fetched its configuration',
  often: 'its GRUB fetched the same configuration',
};

const MOST_LOOPS = 20_000;
const MINUTES = LOOP_WINDOW_MS / 60_000;

/**
 * A boot that ingot asks for has a generation of its own, so a machine that asks for the script of the same one again
 * has made no progress since, however far it came: a kernel that panics starts the machine anew too.
 */
export function createScriptRounds(loader: Loader): ScriptRounds {
  const guard = createLoopGuard();
  /** Apart, so that strangers by their number push no machine out. */
  const strangers = createLoopGuard();
  const guardOf = (stranger: Stranger | null) => (stranger === null ? guard : strangers);
  const told = createRecentMap<string, true>(MOST_LOOPS);
  const keyOf = ({ mac, generation, intent }: BootEntry, stranger: Stranger | null = null): string =>
    `${mac} ${generation} ${intent} ${stranger?.address ?? ''}`;
  const round = (what: string): ScriptRound => ({
    stuck: false,
    fact: 'boot.script',
    sentence: `${loader.once}, ${what}`,
  });
  const count: ScriptRounds['count'] = (entry, now, stranger = null) => {
    if (entry === null) return round('which sends an unknown machine to its next boot device');
    const key = keyOf(entry, stranger);
    const { recent, total } = guardOf(stranger).visit(key, now);
    if (recent > MOST_ROUNDS) {
      const isNew = told.get(key) === undefined;
      told.set(key, true);
      return isNew
        ? loop(loader, stranger)
        : { ...round('which sends it to its next boot device, for it goes round'), stuck: true };
    }
    told.delete(key);
    if (entry.intent === 'ramdisk') return round('to load the ramdisk');
    if (entry.intent === 'instance') return round('to load what its instance_info names');
    return entry.deployed && total > 1 ? again(total) : round('to boot from its disk');
  };
  return {
    count,
    look: (entry, now) => ({
      ...round('without loading it'),
      stuck: entry !== null && guard.recent(keyOf(entry), now) > MOST_ROUNDS,
    }),
    isLast: (entry, now, stranger = null) =>
      entry !== null && guardOf(stranger).recent(keyOf(entry, stranger), now) >= MOST_ROUNDS,
  };
}

const loop = ({ often }: Loader, stranger: Stranger | null): ScriptRound => ({
  stuck: true,
  fact: 'boot.loop',
  sentence:
    `went round: ${often} more than ${MOST_ROUNDS} times in ${MINUTES} minutes` +
    `${stranger === null ? '' : `, from an address that is not known to be its own, for ${stranger.why}`}. ` +
    'It is sent to its next boot device now; see its console for what ends each boot',
});

const again = (times: number): ScriptRound => ({
  stuck: false,
  fact: 'boot.again',
  sentence:
    `booted from the network although it is deployed (time ${times}) and was sent on to its disk: ` +
    'put the disk first in its boot order to spare it the way',
});
