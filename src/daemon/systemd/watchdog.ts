/**
 * What the daemon's word to the systemd watchdog rests on: a beat says that every watched part has answered just
 * now, so that one that hangs ends in a restart, as a dead one does.
 */
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';

/** A part without which the daemon only seems to be alive. */
export type Watched = {
  /** Such as `the packet thread`. */
  readonly name: string;
  /** Resolves when the part has done some work; rejecting and never ending both mean that it is sick. */
  check(): Promise<void>;
};

type Options = {
  /** Milliseconds without a beat after which systemd restarts the daemon. */
  readonly periodMs: number;
  readonly watched: readonly Watched[];
  readonly beat: () => void;
  readonly clock: Clock;
  readonly log: Log;
};

/** Rounds in a period: one that is missed for a hiccup costs nothing. */
const ROUNDS = 4;

/** Beats once a round in which all parts have answered; returns the way to stop. */
export function startWatchdog({ periodMs, watched, beat, clock, log }: Options): () => void {
  const stopped = new AbortController();
  const roundMs = periodMs / ROUNDS;
  const running = new Map<Watched, Promise<string | null>>();

  /** Null when the part is well; else what ails it. A check that has not ended is waited for, not repeated. */
  const askOf = async (part: Watched): Promise<string | null> => {
    const { name } = part;
    const answer =
      running.get(part) ??
      part
        .check()
        .then(
          () => null,
          (error: unknown) => `${name}: ${String(error)}`,
        )
        .finally(() => running.delete(part));
    running.set(part, answer);
    const enough = new AbortController();
    const late = clock
      .sleep(roundMs, enough.signal)
      .then(() => `${name} does not answer`)
      .catch(() => null);
    const ails = await Promise.race([answer, late]);
    enough.abort(new Error('answered'));
    return ails;
  };

  const watch = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const ails = (await Promise.all(watched.map(askOf))).filter((one) => one !== null);
      if (stopped.signal.aborted) return;
      if (ails.length === 0) beat();
      else
        log.error(
          { ails, restart_after_ms: periodMs },
          'systemd is not told that the daemon is alive: it restarts it unless this ends',
        );
      await clock.sleep(roundMs, stopped.signal).catch(() => undefined);
    }
  };
  void watch();
  return () => stopped.abort(new Error('the watchdog was stopped'));
}
