/** How far a boot got, and since when it is there. Pure. */
import type { BootLimit } from '../../config/timeouts.ts';
import type { EventRecord } from '../../store/records/event.ts';
import { BOOT_STAGES, type BootStage, NOTHING_SEEN, TROUBLE } from './boot-stages.ts';

export type ReachedStage = {
  readonly stage: BootStage;
  /** The newest event of the stage; null when nothing was seen since power-on. */
  readonly event: EventRecord | null;
  /** With what the time of the stage began; null: with power-on. */
  readonly began: EventRecord | null;
  /** The newest sign of trouble since then. */
  readonly trouble: EventRecord | null;
};

/**
 * How far a boot got: the latest stage of which an event is at hand, in the last round of a machine that started anew
 * by itself. `events` are those of this boot, oldest first.
 */
export function reachedStage(events: readonly EventRecord[]): ReachedStage {
  const round = lastRound(events);
  const trouble = round.findLast((one) => TROUBLE.includes(one.kind)) ?? null;
  for (const stage of BOOT_STAGES.toReversed()) {
    const event = round.findLast((one) => stage.kinds.includes(one.kind));
    if (event === undefined) continue;
    const fromPowerOn = stage.limit === NOTHING_SEEN.limit;
    return {
      stage,
      event,
      began: fromPowerOn ? null : (round.find((one) => limitOf(one) === stage.limit) ?? event),
      trouble: trouble !== null && trouble.seq > event.seq ? trouble : null,
    };
  }
  return { stage: NOTHING_SEEN, event: null, began: null, trouble };
}

function limitOf(event: EventRecord): BootLimit | null | undefined {
  return BOOT_STAGES.find(({ kinds }) => kinds.includes(event.kind))?.limit;
}

/** What only firmware fetches. Of DHCP nothing is told by: every stage asks anew. */
const BOOT_PROGRAM: readonly string[] = ['tftp.done', 'boot.program'];
const SCRIPT = 'boot.script';

/** From the boot program on that firmware fetched after a script had been there already. */
function lastRound(events: readonly EventRecord[]): readonly EventRecord[] {
  let first = 0;
  let hadScript = false;
  for (const [index, { kind }] of events.entries()) {
    if (kind === SCRIPT) hadScript = true;
    else if (hadScript && BOOT_PROGRAM.includes(kind)) {
      first = index;
      hadScript = false;
    }
  }
  return events.slice(first);
}
