/** Where a command's words go, and what it knows of its surroundings; passed in, so that tests own both. */
import type { Clock } from '../clock.ts';

export type Io = {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Asks for a secret that is not shown; null where no terminal is. Rejects with `usage` when none is given. */
  readonly askSecret: ((question: string) => Promise<string>) | null;
};

/** 0 done, 1 refused or failed, 2 wrong usage, 3 the daemon is not reachable. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;
