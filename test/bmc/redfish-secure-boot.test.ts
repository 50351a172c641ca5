import { describe, expect, test } from 'vitest';
import { bench, errorOf } from './bench.ts';
import { complaint, type Seen, SYSTEM } from './fake-bmc.ts';

const RESOURCE = `${SYSTEM}/SecureBoot`;
const isPatch = ({ method, path }: Seen): boolean => method === 'PATCH' && path === RESOURCE;

/** A BMC whose system has that Secure Boot resource. */
async function withSecureBoot(resource: Record<string, unknown>) {
  const made = await bench();
  made.fake.state.system.SecureBoot = { '@odata.id': RESOURCE };
  made.fake.state.resources[RESOURCE] = resource;
  return made;
}

describe('reading Secure Boot', () => {
  test.each([
    [{ SecureBootEnable: true, SecureBootCurrentBoot: 'Disabled' }, true],
    [{ SecureBootEnable: false, SecureBootCurrentBoot: 'Enabled' }, false],
    [{ SecureBootCurrentBoot: 'Enabled' }, true],
    [{ SecureBootEnable: null, SecureBootCurrentBoot: 'Disabled' }, false],
    [{ SecureBootMode: 'UserMode' }, null],
  ])('%j is %s: what is set counts, for it holds from the next start', async (resource, on) => {
    const { bmc } = await withSecureBoot(resource);
    expect(await bmc.secureBoot()).toBe(on);
  });

  test('a BMC without it, or that answers with an error, says nothing', async () => {
    const { bmc } = await bench();
    expect(await bmc.secureBoot()).toBeNull();
    const broken = await withSecureBoot({});
    delete broken.fake.state.resources[RESOURCE];
    expect(await broken.bmc.secureBoot()).toBeNull();
  });
});

describe('switching Secure Boot on', () => {
  test('is one PATCH, read back', async () => {
    const { fake, bmc } = await withSecureBoot({ SecureBootEnable: false });
    await bmc.setSecureBoot(true);
    expect(fake.seen.filter(isPatch).map(({ body }) => body)).toEqual([{ SecureBootEnable: true }]);
  });

  test('asks for nothing where it is on', async () => {
    const { fake, bmc } = await withSecureBoot({ SecureBootEnable: true });
    await bmc.setSecureBoot(true);
    expect(fake.seen.filter(isPatch)).toEqual([]);
  });

  test('is believed from the settings object, where some BMCs keep it until the next start', async () => {
    const settings = `${RESOURCE}/Settings`;
    const { fake, bmc } = await withSecureBoot({
      SecureBootEnable: false,
      '@Redfish.Settings': { SettingsObject: { '@odata.id': settings } },
    });
    fake.state.resources[settings] = { SecureBootEnable: true };
    fake.fault({ on: isPatch, answer: { status: 202 } });
    await expect(bmc.setSecureBoot(true)).resolves.toBeUndefined();
  });

  test('that is refused says so with the BMC’s reason, and what to do by hand', async () => {
    const { fake, bmc } = await withSecureBoot({ SecureBootEnable: false });
    fake.fault({
      on: isPatch,
      answer: { status: 403, body: complaint('OemLicenseNotPassed', 'A licence is needed.') },
    });
    const error = await errorOf(bmc.setSecureBoot(true));
    expect(error).toMatchObject({ code: 'bmc_refused', message: expect.stringContaining('switched on') });
    expect(error.message).toContain('A licence is needed');
    expect(error.hint).toContain('firmware set-up');
  });

  test('that is not offered at all is refused, for the node asked for it', async () => {
    const { bmc } = await bench();
    expect(await errorOf(bmc.setSecureBoot(true))).toMatchObject({
      code: 'bmc_refused',
      message: expect.stringContaining('has no Secure Boot setting'),
    });
  });

  test('that has no effect is a bad answer', async () => {
    const { fake, bmc } = await withSecureBoot({ SecureBootEnable: false });
    fake.fault({ on: isPatch, answer: { status: 204 } });
    expect(await errorOf(bmc.setSecureBoot(true))).toMatchObject({
      code: 'bmc_bad_answer',
      message: expect.stringContaining('still shows it off'),
    });
  });
});
