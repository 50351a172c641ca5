/** Setting the machine's clock by the daemon's: TLS, logs and the deployed OS all need roughly the right time. */
import { reasonOf } from '../base/agent-error.ts';
import { type Run, runOk } from '../base/run.ts';
import type { Say } from '../base/say.ts';

/** The `Date` header has whole seconds and a network behind it: smaller differences are left alone. */
const TOLERANCE_MS = 120_000;

/** The time to set, or null when the clock is near enough or the server tells none. */
export function clockCorrection(ours: number, server: number | null): number | null {
  return server === null || Math.abs(server - ours) <= TOLERANCE_MS ? null : server;
}

/** Sets the system clock to `time` (ms since the epoch); a refusal is a line in the log, no failure. */
export async function setWallClock(
  time: number,
  tools: { readonly run: Run; readonly say: Say },
): Promise<void> {
  const iso = new Date(time).toISOString();
  try {
    await runOk(tools.run, ['date', '-u', '-s', iso.slice(0, 19).replace('T', ' ')]);
    tools.say('clock set', { to: iso });
  } catch (error) {
    tools.say('clock not set', { to: iso, because: reasonOf(error) });
  }
}
