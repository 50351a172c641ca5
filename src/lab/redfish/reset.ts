/** `ComputerSystem.Reset`: what each ResetType does to a machine. */
import type { Clock } from '../../clock.ts';
import type { Machine } from '../machine/machine.ts';

/** How long a restart waits for the OS to go down; after that it is off to nobody's knowledge, as on real BMCs. */
const GRACEFUL_MS = 300_000;
const POLL_MS = 250;

export type Reset = (machine: Machine, clock: Clock, signal: AbortSignal) => Promise<void>;

const restart: Reset = async (machine) => {
  await machine.off();
  await machine.on();
};

/** Answers at once; the power comes back when, and if, the OS went down in time. */
const gracefulRestart: Reset = async (machine, clock, signal) => {
  await machine.shutdown();
  const until = clock.elapsed() + GRACEFUL_MS;
  const comeBack = async (): Promise<void> => {
    while (machine.power() !== 'Off') {
      if (clock.elapsed() >= until) return;
      await clock.sleep(POLL_MS, signal);
    }
    await machine.on();
  };
  // Rejects when the BMC stops or the start fails: the power state says so, nobody else listens.
  comeBack().catch(() => undefined);
};

const RESETS = {
  On: (machine) => machine.on(),
  ForceOn: (machine) => machine.on(),
  ForceOff: (machine) => machine.off(),
  GracefulShutdown: (machine) => machine.shutdown(),
  GracefulRestart: gracefulRestart,
  ForceRestart: restart,
  PowerCycle: restart,
  Nmi: (machine) => machine.nmi(),
} as const satisfies Record<string, Reset>;

export const RESET_TYPES: readonly string[] = Object.keys(RESETS);

/** What a ResetType does; null for one that this BMC does not advertise. */
export function resetOf(type: string): Reset | null {
  return Object.entries(RESETS).find(([name]) => name === type)?.[1] ?? null;
}
