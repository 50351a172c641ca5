import { expect, test } from 'vitest';
import { bench, errorOf } from './bench.ts';
import { SYSTEM } from './fake-bmc.ts';

const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;

test('a device for every boot is set as continuous, and read back as persistent', async () => {
  const { fake, bmc } = await bench();
  await bmc.setBootAlways('disk');
  expect(fake.state.system.Boot).toMatchObject({
    BootSourceOverrideEnabled: 'Continuous',
    BootSourceOverrideTarget: 'Hdd',
  });
  expect(await bmc.bootDevice()).toEqual({ device: 'disk', persistent: true });
});

test('a device for one boot is no persistent one, and no override at all is no device', async () => {
  const { fake, bmc } = await bench();
  await bmc.setBootOnce('pxe', null);
  expect(await bmc.bootDevice()).toEqual({ device: 'pxe', persistent: false });
  fake.state.system.Boot.BootSourceOverrideEnabled = 'Disabled';
  expect(await bmc.bootDevice()).toEqual({ device: null, persistent: false });
});

test.each([
  ['forced', 'ForceRestart'],
  ['graceful', 'GracefulRestart'],
] as const)(
  'a %s restart is asked for once as %s, and refused where the BMC does not offer it',
  async (how, type) => {
    const { fake, bmc } = await bench();
    const offer = (types: readonly string[]): void => {
      const reset = { target: RESET, 'ResetType@Redfish.AllowableValues': types };
      fake.state.system.Actions = { '#ComputerSystem.Reset': reset };
    };
    offer(['On', 'ForceOff', 'ForceRestart', 'GracefulRestart']);
    await bmc.restart(how);
    expect(fake.seen.filter(({ path }) => path === RESET).map(({ body }) => body)).toEqual([
      { ResetType: type },
    ]);
    offer(['On', 'ForceOff']);
    expect(await errorOf(bmc.restart(how))).toMatchObject({ code: 'bmc_refused' });
  },
);

test('when the system was last reset is told in the BMC’s own words, or not at all', async () => {
  const { fake, bmc } = await bench();
  expect(await bmc.lastReset()).toBeNull();
  Object.assign(fake.state.system, { LastResetTime: '2026-11-23T22:00:00+00:00' });
  expect(await bmc.lastReset()).toBe('2026-11-23T22:00:00+00:00');
});

test('an NMI is asked for by the reset action, and refused where the BMC does not offer it', async () => {
  const { fake, bmc } = await bench();
  const offer = (types: readonly string[]): void => {
    const reset = { target: RESET, 'ResetType@Redfish.AllowableValues': types };
    fake.state.system.Actions = { '#ComputerSystem.Reset': reset };
  };
  offer(['On', 'Nmi']);
  await bmc.injectNmi();
  expect(fake.seen.filter(({ method }) => method === 'POST').at(-1)).toMatchObject({
    path: RESET,
    body: { ResetType: 'Nmi' },
  });
  offer(['On', 'ForceOff']);
  expect(await errorOf(bmc.injectNmi())).toMatchObject({ code: 'bmc_refused' });
});
