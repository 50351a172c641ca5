/** A machine whose power takes its time, as real power supplies do: requests return before anything happened. */
import type { Clock } from '../../clock.ts';
import type { Machine } from './machine.ts';

export type LagOptions = {
  /** Milliseconds between a request and the change; PowerState is PoweringOn or PoweringOff meanwhile. */
  readonly lag_ms: number;
  readonly clock: Clock;
  /** Told when a change fails: its request was answered long ago. */
  readonly onFailure: (error: unknown) => void;
};

export function withPowerLag(machine: Machine, options: LagOptions): Machine {
  /** What the last request asked for, while it is not done; and the end of the line of changes. */
  let pending: 'On' | 'Off' | null = null;
  let line: Promise<void> = Promise.resolve();

  const later = (goal: 'On' | 'Off', change: () => Promise<void>): Promise<void> => {
    if ((pending ?? machine.power()) === goal) return Promise.resolve();
    pending = goal;
    const done = line.then(() => options.clock.sleep(options.lag_ms)).then(change);
    line = done.catch(options.onFailure).then(() => {
      if (line === mine) pending = null;
    });
    const mine = line;
    return Promise.resolve();
  };

  return {
    info: machine.info,
    power: () => (pending === null ? machine.power() : `Powering${pending}`),
    boot: () => machine.boot(),
    on: () => later('On', () => machine.on()),
    off: () => later('Off', () => machine.off()),
    shutdown: () => machine.shutdown(),
    setBoot: (settings) => machine.setBoot(settings),
    secureBoot: () => machine.secureBoot(),
    setSecureBoot: (enabled) => machine.setSecureBoot(enabled),
  };
}
