import { describe, expect, onTestFinished, test } from 'vitest';
import { type BmcPool, createBmcPool } from '../../src/bmc/pool.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/bmc/redfish/exchange.ts';
import { createLog } from '../../src/log.ts';
import { errorOf, TIMEOUTS } from './bench.ts';
import { type FakeBmc, type Seen, SYSTEM, startFakeBmc } from './fake-bmc.ts';
import { instantClock } from './instant-clock.ts';

async function pooled(
  limit?: number,
  timeouts: Timeouts = TIMEOUTS,
): Promise<{ fake: FakeBmc; pool: BmcPool }> {
  const fake = await startFakeBmc();
  const pool = createBmcPool({ clock: instantClock(), log: createLog('silent'), timeouts }, limit);
  onTestFinished(async () => {
    await pool.close();
    await fake.close();
  });
  return { fake, pool };
}

const node = (fake: FakeBmc, uuid = 'a', more = {}) => ({
  uuid,
  driver: 'redfish',
  driver_info: {
    redfish_address: fake.url,
    redfish_username: 'admin',
    redfish_password: 'correct-horse',
    ...more,
  },
});

describe('the pool of BMCs', () => {
  test('keeps the session of a node between two pieces of work', async () => {
    const { fake, pool } = await pooled();
    await pool.withBmc(node(fake), (bmc) => bmc.power());
    await pool.withBmc(node(fake), (bmc) => bmc.power());
    expect(fake.seen.filter(({ path }) => path.endsWith('/Sessions'))).toHaveLength(1);
  });

  test('opens anew when the credentials change, and gives the old session back', async () => {
    const { fake, pool } = await pooled();
    await pool.withBmc(node(fake), (bmc) => bmc.power());
    await pool.withBmc(node(fake, 'a', { redfish_auth_type: 'basic' }), (bmc) => bmc.power());
    await expect.poll(() => fake.state.loggedOut).toBe(1);
  });

  test('does not take a BMC away from those who still work with it', async () => {
    const { fake, pool } = await pooled();
    await pool.withBmc(node(fake), async (bmc) => {
      await bmc.power();
      await pool.withBmc(node(fake, 'a', { redfish_auth_type: 'basic' }), (other) => other.power());
      expect(fake.state.loggedOut).toBe(0);
      expect(await bmc.power()).toBe('off');
    });
    await expect.poll(() => fake.state.loggedOut).toBe(1);
  });

  test('closes the least recently used one above its limit', async () => {
    const { fake, pool } = await pooled(2);
    for (const uuid of ['a', 'b', 'a', 'c']) await pool.withBmc(node(fake, uuid), (bmc) => bmc.power());
    await expect.poll(() => fake.state.loggedOut).toBe(1);
    await pool.withBmc(node(fake, 'a'), (bmc) => bmc.power());
    expect(fake.seen.filter(({ path }) => path.endsWith('/Sessions'))).toHaveLength(3);
  });

  test('forgets a node, and logs out everywhere on close', async () => {
    const { fake, pool } = await pooled();
    for (const uuid of ['a', 'b', 'c']) await pool.withBmc(node(fake, uuid), (bmc) => bmc.power());
    await pool.forget('a');
    expect(fake.state.loggedOut).toBe(1);
    await pool.close();
    expect(fake.state.loggedOut).toBe(3);
  });

  test('cuts off on close what a BMC does not answer, gives the session back all the same, and opens no other', async () => {
    const { fake, pool } = await pooled(undefined, DEFAULT_TIMEOUTS);
    await pool.withBmc(node(fake), (bmc) => bmc.power());
    const silent = ({ path }: Seen): boolean => path === SYSTEM;
    fake.fault({ on: silent, answer: 'hang' });
    const before = fake.seen.length;
    const hanging = [1, 2].map(() => errorOf(pool.withBmc(node(fake), (bmc) => bmc.power())));
    await expect.poll(() => fake.seen.length).toBeGreaterThan(before);
    await pool.close();
    expect((await Promise.all(hanging)).map(({ code }) => code)).toEqual([
      'bmc_unreachable',
      'bmc_unreachable',
    ]);
    expect(fake.seen.slice(before).map(({ method }) => method)).toEqual(['GET', 'DELETE']);
    expect(fake.state.loggedOut).toBe(1);
  });

  test('fake-hardware obeys, for trying the API', async () => {
    const { pool } = await pooled();
    const fakeNode = { uuid: 'f', driver: 'fake-hardware', driver_info: {} };
    await pool.withBmc(fakeNode, (bmc) => bmc.powerOn());
    expect(await pool.withBmc(fakeNode, (bmc) => bmc.power())).toBe('on');
  });
});
