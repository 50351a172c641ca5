/** A machine without hardware: power changes go to a hook. For BMCs under test, and racks with simulated agents. */
import {
  afterBoot,
  type BootSettings,
  type BootSource,
  firstBootSource,
  type Machine,
  type MachineInfo,
  type Power,
  type SecureBoot,
} from '../../../src/lab/machine/machine.ts';

export type PowerChange =
  | { readonly power: 'on'; readonly boots: BootSource; readonly mode: BootSettings['mode'] }
  | { readonly power: 'off'; readonly cause: 'forced' | 'shutdown' };

export type SimulatedOptions = {
  readonly info: MachineInfo;
  readonly boot: BootSettings;
  readonly power?: 'On' | 'Off';
  /** Whether Secure Boot is on; absent: the firmware has none. */
  readonly secureBoot?: boolean;
  /** Told of each change after it happened; what it throws reaches the BMC's client as an internal error. */
  readonly onPower: (change: PowerChange) => void | Promise<void>;
  readonly onNmi?: () => void;
};

/** `reboot` is what an OS does by itself: it begins a boot and so uses up a `Once`. */
export type SimulatedMachine = Machine & { reboot(): Promise<void> };

export function createSimulatedMachine(options: SimulatedOptions): SimulatedMachine {
  let power: Power = options.power ?? 'Off';
  let boot = options.boot;
  let secureBoot: SecureBoot | null =
    options.secureBoot === undefined ? null : { enabled: options.secureBoot, current: options.secureBoot };

  const beginBoot = async (): Promise<void> => {
    const begun: PowerChange = { power: 'on', boots: firstBootSource(boot), mode: boot.mode };
    power = 'On';
    boot = afterBoot(boot);
    if (secureBoot !== null) secureBoot = { ...secureBoot, current: secureBoot.enabled };
    await options.onPower(begun);
  };
  const goOff = async (cause: 'forced' | 'shutdown'): Promise<void> => {
    if (power === 'Off') return;
    power = 'Off';
    await options.onPower({ power: 'off', cause });
  };

  return {
    info: options.info,
    power: () => power,
    boot: () => boot,
    on: async () => {
      if (power !== 'On') await beginBoot();
    },
    off: () => goOff('forced'),
    shutdown: () => goOff('shutdown'),
    nmi: async () => {
      if (power === 'On') options.onNmi?.();
    },
    setBoot: (settings) => {
      boot = settings;
      return Promise.resolve();
    },
    secureBoot: () => secureBoot,
    setSecureBoot: (enabled) => {
      if (secureBoot !== null) secureBoot = { ...secureBoot, enabled };
      return Promise.resolve();
    },
    reboot: async () => {
      if (power === 'On') await beginBoot();
    },
  };
}
