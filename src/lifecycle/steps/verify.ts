/** Verify: the BMC answers, takes the credentials, and knows the system. */

import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { powerStateOf } from './power-state.ts';
import { readFirmware } from './read-firmware.ts';

export function verifyStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the BMC for its system',
    patience: 3,
    run: async (context) => {
      const node = context.node();
      const [system, address] = await deps.withBmc(node, async (bmc) => [
        await bmc.systemInfo(),
        bmc.address,
      ]);
      const name = [system.manufacturer, system.model].filter((one) => one !== null).join(' ');
      const keepFirmware = await readFirmware(context, deps);
      return {
        kind: 'done',
        also: keepFirmware,
        note: `The BMC at ${address} answers${name === '' ? '' : ` for a ${name}`}.`,
        patch: ({ power_state, boot_mode, properties }) => ({
          power_state: powerStateOf(system.power) ?? power_state,
          boot_mode: system.boot_mode ?? boot_mode,
          secure_boot: system.secure_boot,
          // Firmware that does not tell its MAC by DHCP is known by it.
          ...(system.uuid === null || properties.system_uuid !== undefined
            ? {}
            : { properties: { ...properties, system_uuid: system.uuid } }),
        }),
      };
    },
  };
}
