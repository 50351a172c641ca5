import { describe, expect, test } from 'vitest';
import { bench, errorOf } from './bench.ts';
import { complaint, RESET, type Seen, SYSTEM } from './fake-bmc.ts';

const isReset = ({ method, path }: Seen): boolean => method === 'POST' && path === RESET;
const isSystemGet = ({ method, path }: Seen): boolean => method === 'GET' && path === SYSTEM;
const waits = (slept: readonly number[]): readonly number[] => slept.filter((ms) => ms > 50);

describe('reading the power state', () => {
  test.each([
    ['On', 'on'],
    ['Off', 'off'],
    ['PoweringOn', 'turning-on'],
    ['poweringoff', 'turning-off'],
    ['Paused', 'unknown'],
    [null, 'unknown'],
  ])('PowerState %s is "%s"', async (state, power) => {
    const { fake, bmc } = await bench();
    fake.state.system.PowerState = state;
    expect(await bmc.power()).toBe(power);
  });

  test('5xx answers are waited out with growing pauses', async () => {
    const { fake, bmc, clock } = await bench();
    fake.fault({ on: isSystemGet, times: 3, answer: { status: 503 } });
    expect(await bmc.power()).toBe('off');
    expect(waits(clock.slept)).toEqual([1000, 2000, 4000]);
  });

  test('Retry-After is obeyed', async () => {
    const { fake, bmc, clock } = await bench();
    fake.fault({ on: isSystemGet, times: 1, answer: { status: 503, headers: { 'Retry-After': '7' } } });
    await bmc.power();
    expect(waits(clock.slept)).toEqual([7000]);
  });

  test('a BMC that stays at 5xx is given up after five attempts', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isSystemGet, answer: { status: 500, body: '<html>Internal <b>Error</b></html>' } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_refused');
    expect(error.message).toContain('(HTTP 500): Internal Error');
    expect(fake.seen.filter(isSystemGet)).toHaveLength(5);
  });

  test('a connection reset on a reused socket is tried again on a new one', async () => {
    const { fake, bmc } = await bench();
    await bmc.power();
    fake.fault({ on: isSystemGet, times: 1, answer: 'reset' });
    expect(await bmc.power()).toBe('off');
    const [before, after] = fake.seen.filter(isSystemGet).slice(-2);
    expect(before?.connection).not.toBe(after?.connection);
  });

  test('an answer cut off in the middle is read again', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isSystemGet, times: 1, answer: 'cut' });
    expect(await bmc.power()).toBe('off');
  });

  test("another web server's page is a bad answer", async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isSystemGet, answer: { status: 200, body: '<html>Welcome</html>' } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_bad_answer');
    expect(error.message).toContain('no JSON object');
  });

  test('a redirect to another host is not followed', async () => {
    const { fake, bmc } = await bench();
    const headers = { Location: 'https://attacker.invalid/redfish/v1/Systems/1' };
    fake.fault({ on: isSystemGet, answer: { status: 307, headers } });
    expect((await errorOf(bmc.power())).code).toBe('bmc_bad_answer');
  });

  test('a redirect on the same BMC is followed', async () => {
    const { fake, bmc } = await bench({ info: { redfish_system_id: '/redfish/v1/systems/1' } });
    const headers = { Location: SYSTEM };
    fake.fault({ on: ({ path }) => path === '/redfish/v1/systems/1', answer: { status: 308, headers } });
    expect(await bmc.power()).toBe('off');
  });
});

describe('switching power', () => {
  test('on, off and soft off use the ResetTypes of the action', async () => {
    const { fake, bmc } = await bench();
    await bmc.powerOn();
    await bmc.softPowerOff();
    await bmc.powerOn();
    await bmc.powerOff();
    expect(fake.state.resets).toEqual(['On', 'GracefulShutdown', 'On', 'ForceOff']);
  });

  test('a machine that is on already is left alone, and so is one that is off', async () => {
    const { fake, bmc } = await bench();
    await bmc.powerOff();
    fake.state.system.PowerState = 'On';
    await bmc.powerOn();
    expect(fake.state.resets).toEqual([]);
  });

  test('the ResetTypes may stand in an ActionInfo resource', async () => {
    const { fake, bmc } = await bench();
    const info = `${SYSTEM}/ResetActionInfo`;
    fake.state.system.Actions = {
      '#ComputerSystem.Reset': { target: RESET, '@Redfish.ActionInfo': info },
    };
    fake.state.resources[info] = {
      Parameters: [{ Name: 'ResetType', AllowableValues: ['ForceOn', 'ForceOff'] }],
    };
    await bmc.powerOn();
    expect(fake.state.resets).toEqual(['ForceOn']);
  });

  test('a BMC without GracefulShutdown says so, and what to ask for instead', async () => {
    const { fake, bmc } = await bench();
    fake.state.system.PowerState = 'On';
    fake.state.system.Actions = {
      '#ComputerSystem.Reset': { target: RESET, 'ResetType@Redfish.AllowableValues': ['On', 'ForceOff'] },
    };
    const error = await errorOf(bmc.softPowerOff());
    expect(error.code).toBe('bmc_refused');
    expect(error.message).toBe(`BMC ${fake.url} cannot ask the operating system to shut down`);
    expect(error.hint).toContain('forced');
  });

  test('an action target of another host is sent to the BMC itself', async () => {
    const { fake, bmc } = await bench();
    fake.state.system.Actions = { '#ComputerSystem.Reset': { target: `http://attacker.invalid${RESET}` } };
    await bmc.powerOn();
    expect(fake.state.resets).toEqual(['On']);
  });

  test('409 on a machine that is on by now is success', async () => {
    const { fake, bmc } = await bench();
    fake.fault({
      on: isReset,
      answer: () => {
        fake.state.system.PowerState = 'On';
        return { status: 409, body: complaint('ActionParameterValueConflict', 'already on') };
      },
    });
    await bmc.powerOn();
    expect(fake.seen.filter(isReset)).toHaveLength(1);
  });

  test('409 on a machine that is still off is asked again after ten seconds', async () => {
    const { fake, bmc, clock } = await bench();
    fake.fault({ on: isReset, times: 2, answer: { status: 409 } });
    await bmc.powerOn();
    expect(fake.state.resets).toEqual(['On']);
    expect(waits(clock.slept)).toEqual([10_000, 10_000]);
  });

  test.each(['SYS518', 'ServiceTemporarilyUnavailable', 'InvalidOperationForSystemState'])(
    '%s means later, not never',
    async (id) => {
      const { fake, bmc } = await bench();
      fake.fault({ on: isReset, times: 2, answer: { status: 503, body: complaint(id, 'not now') } });
      await bmc.powerOn();
      expect(fake.state.resets).toEqual(['On']);
    },
  );

  test('NoOperation is success', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isReset, answer: { status: 400, body: complaint('NoOperation', 'nothing to do') } });
    await bmc.powerOn();
    expect(fake.seen.filter(isReset)).toHaveLength(1);
  });

  test.each(['reset', 'hang'] as const)(
    'when the answer is lost (%s) but the machine did it, nothing is sent again',
    async (fate) => {
      const { fake, bmc } = await bench();
      fake.fault({ on: isReset, times: 1, answer: fate, after: true });
      await bmc.powerOn();
      expect(fake.state.resets).toEqual(['On']);
      expect(fake.seen.filter(isReset)).toHaveLength(1);
    },
  );

  test('when the answer is lost and the machine stays off, the request is repeated', async () => {
    const { fake, bmc, clock } = await bench();
    fake.fault({ on: isReset, times: 1, answer: 'reset' });
    await bmc.powerOn();
    expect(fake.state.resets).toEqual(['On']);
    expect(fake.seen.filter(isReset)).toHaveLength(2);
    expect(waits(clock.slept)).toEqual([1000, 2000, 4000]);
  });

  test('a system is asked to shut down once, though the answer is lost and it takes its time', async () => {
    const { fake, bmc } = await bench();
    fake.state.system.PowerState = 'On';
    fake.fault({ on: isReset, answer: 'reset' });
    await bmc.softPowerOff();
    expect(fake.seen.filter(isReset)).toHaveLength(1);
  });

  test('a power request that never works is given up after three', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isReset, answer: { status: 500, body: complaint('InternalError', 'broken') } });
    const error = await errorOf(bmc.powerOn());
    expect(error.code).toBe('bmc_refused');
    expect(error.message).toContain('broken');
    expect(fake.seen.filter(isReset)).toHaveLength(3);
  });

  test('a refusal carries the words of the BMC and its code', async () => {
    const { fake, bmc } = await bench();
    fake.fault({
      on: isReset,
      answer: { status: 400, body: complaint('ActionNotSupported', 'Not with this lid.') },
    });
    const error = await errorOf(bmc.powerOn());
    expect(error.code).toBe('bmc_refused');
    expect(error.message).toBe(`BMC ${fake.url} refused POST ${RESET} (HTTP 400): Not with this lid.`);
    expect(fake.seen.filter(isReset)).toHaveLength(1);
  });

  test('a missing licence is named', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: isReset, answer: { status: 403, body: complaint('OemLicenseNotPassed', 'no') } });
    const error = await errorOf(bmc.powerOn());
    expect(error.code).toBe('bmc_refused');
    expect(error.hint).toContain('licence');
  });

  test('a machine that is going down is waited for before it is switched on', async () => {
    const { fake, bmc, clock } = await bench();
    let looks = 0;
    fake.state.system.PowerState = 'PoweringOff';
    fake.fault({
      on: isSystemGet,
      answer: () => {
        looks += 1;
        if (looks === 3) fake.state.system.PowerState = 'Off';
        return null;
      },
    });
    await bmc.powerOn();
    expect(fake.state.resets).toEqual(['On']);
    expect(waits(clock.slept).length).toBeGreaterThan(0);
  });

  test.each([
    ['while it is logged in', ({ path }: Seen) => path.endsWith('/Sessions'), 0],
    ['while the state is read', isSystemGet, 0],
    ['while the BMC puts the request off', isReset, 1],
  ])('a caller who gives up %s asks nothing more of the machine', async (_when, on, asked) => {
    const { fake, bmc } = await bench();
    const caller = new AbortController();
    const answer = (seen: Seen) => {
      caller.abort(new Error('given up'));
      return isReset(seen)
        ? { status: 503, body: complaint('ServiceTemporarilyUnavailable', 'later') }
        : null;
    };
    fake.fault({ on, answer });
    await expect(bmc.powerOn(caller.signal)).rejects.toThrow('given up');
    expect(fake.seen.filter(isReset)).toHaveLength(asked);
    expect(fake.state.resets).toEqual([]);
    await expect(bmc.setBootOnce('pxe', null, caller.signal)).rejects.toThrow('given up');
    expect(fake.seen.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  test('Supermicro boards get fifteen seconds between off and on', async () => {
    const { fake, bmc, clock } = await bench();
    fake.state.root.Vendor = 'Supermicro';
    fake.state.system.PowerState = 'On';
    await bmc.powerOff();
    await bmc.powerOn();
    expect(waits(clock.slept).reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(14_000);
    expect(fake.state.resets).toEqual(['ForceOff', 'On']);
  });
});
