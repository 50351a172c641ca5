/** Verify: the BMC answers, takes the credentials, and knows the system. */
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { createBesides } from './ask-besides.ts';
import { powerStateOf } from './power-state.ts';
import { readFirmware } from './read-firmware.ts';

/** One resource: its silence leaves time to ask for others. */
const SECURE_BOOT = { what: 'its Secure Boot setting', mostMs: 10_000 };

export function verifyStep(deps: StepDeps): StepDefinition {
  return {
    does: 'asking the BMC for its system',
    patience: () => 3,
    run: async (context) => {
      const node = context.node();
      const [system, address] = await deps.withBmc(node, async (bmc) => [
        await bmc.systemInfo(),
        bmc.address,
      ]);
      const name = [system.manufacturer, system.model].filter((one) => one !== null).join(' ');
      const besides = createBesides(context, deps);
      const secureBoot = await besides.ask(SECURE_BOOT, (bmc, signal) => bmc.secureBoot(signal));
      const keepFirmware = await readFirmware(context, besides);
      return {
        kind: 'done',
        also: keepFirmware,
        note: `The BMC at ${address} answers${name === '' ? '' : ` for ${name}`}.${besides.untold()}`,
        patch: ({ power_state, boot_mode, properties }) => ({
          power_state: powerStateOf(system.power) ?? power_state,
          boot_mode: system.boot_mode ?? boot_mode,
          ...(secureBoot === undefined ? {} : { secure_boot: secureBoot }),
          // Firmware that does not tell its MAC by DHCP is known by it.
          ...(system.uuid === null || properties.system_uuid !== undefined
            ? {}
            : { properties: { ...properties, system_uuid: system.uuid } }),
        }),
      };
    },
  };
}
