import type { Bmc, BmcPower } from './bmc.ts';

/** Ironic's `fake-hardware`: a machine that obeys at once and is nowhere, to try the API and its clients. */
export function openFakeHardware(): Bmc {
  let state: BmcPower = 'off';
  const become =
    (wanted: BmcPower): ((signal?: AbortSignal) => Promise<void>) =>
    async (signal) => {
      signal?.throwIfAborted();
      state = wanted;
    };
  return {
    address: 'fake-hardware',
    power: () => Promise.resolve(state),
    powerOn: become('on'),
    powerOff: become('off'),
    softPowerOff: become('off'),
    restart: async (_how, signal) => {
      await become('on')(signal);
      return null;
    },
    lastReset: () => Promise.resolve(null),
    setBootOnce: () => Promise.resolve(),
    setBootAlways: () => Promise.resolve(),
    bootDevice: () => Promise.resolve({ device: 'pxe', persistent: false }),
    injectNmi: () => Promise.resolve(),
    secureBoot: () => Promise.resolve(null),
    setSecureBoot: () => Promise.resolve(),
    systemInfo: () =>
      Promise.resolve({
        manufacturer: 'ingot',
        model: 'fake-hardware',
        serial: null,
        uuid: null,
        bios_version: null,
        cpu_count: null,
        memory_mib: null,
        power: state,
        boot_mode: null,
      }),
    nicMacs: () => Promise.resolve([]),
    hardware: () =>
      Promise.resolve({ cpu: { architecture: null, model: null, mhz: null }, disks: [], nics: [] }),
    biosSettings: () => Promise.resolve([]),
    firmwareComponents: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}
