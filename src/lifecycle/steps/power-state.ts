/** The BMC's view of power in Ironic's words. */
import type { BmcPower } from '../../bmc/bmc.ts';
import type { PowerState } from '../../store/words.ts';

/** Null while the machine is between two states, or the BMC does not know. */
export function powerStateOf(power: BmcPower): PowerState | null {
  switch (power) {
    case 'on':
      return 'power on';
    case 'off':
      return 'power off';
    case 'turning-on':
    case 'turning-off':
    case 'unknown':
      return null;
  }
}
