import { beforeEach, describe, expect, it } from 'vitest';
import { moveWithClock } from '../../../src/dhcp/leases/after-step.ts';
import type { Lease } from '../../../src/dhcp/leases/lease.ts';
import { createSteppedClock, type SteppedClock } from '../../../src/dhcp/watch/clock-steps.ts';
import { createLog } from '../../../src/log.ts';
import { startExchange, US } from '../exchange-rig.ts';
import { bookOf, lease, mac, NOW } from '../samples.ts';

let elapsed: number;
let wall: number;
let steps: string[];
let clock: SteppedClock;
beforeEach(() => {
  elapsed = 5_000;
  wall = NOW;
  steps = [];
  clock = createSteppedClock({ now: () => wall, elapsed: () => elapsed, sleep: async () => undefined });
  clock.onStep((byMs, now) => steps.push(`${byMs} at ${now - NOW}`));
});

describe('a wall clock', () => {
  it('that goes on by itself tells nothing, however long nobody looked', () => {
    elapsed += 1e9;
    wall += 1e9;
    expect(clock.now()).toBe(wall);
    wall += 1_500;
    expect(clock.now()).toBe(wall);
    expect(steps).toEqual([]);
  });

  it.each([
    ['forward', 7_200_000],
    ['back', -7_200_000],
  ])('that was set %s tells so once, before anybody uses the new time', (_how, byMs) => {
    wall += byMs;
    expect(clock.now()).toBe(wall);
    clock.now();
    elapsed += 60_000;
    wall += 60_000;
    clock.now();
    expect(steps).toEqual([`${byMs} at ${byMs}`]);
  });

  it('that is set in many small steps tells when they add up', () => {
    for (let i = 0; i < 10; i++) {
      wall += 500;
      clock.now();
    }
    expect(steps).toEqual(['2000 at 2000', '2000 at 4000']);
  });
});

it('a machine keeps its address when the clock is set by a year, and its lease ends when it would have', () => {
  const rig = startExchange({ clock });
  rig.say({ type: 'request', mac: mac(1), asks: '10.77.0.10', serverId: US });
  wall += 365 * 86_400_000;
  expect(rig.say({ type: 'discover', mac: mac(2), asks: '10.77.0.10' })[0]?.packet.yiaddr).toBe('10.77.0.11');
  expect(rig.journaled.at(-1)?.leases).toMatchObject([{ mac: mac(1), expiresAt: wall + 3_600_000 }]);
  elapsed += 3_601_000;
  wall += 3_601_000;
  expect(rig.say({ type: 'discover', mac: mac(3), asks: '10.77.0.10' })[0]?.packet.yiaddr).toBe('10.77.0.10');
});

it('a step moves every lease in the book, and writes those that run anew with their new ends', async () => {
  const many = Array.from({ length: 9 }, (_, i) => lease(mac(i), `10.77.0.${10 + i}`));
  const book = bookOf([...many, lease(mac(50), '10.77.0.19', -60)]);
  const written: Lease[] = [];
  const write = (_: string, leases: readonly Lease[]): void => void written.push(...leases);
  moveWithClock({ network: 'pxe', book, write, log: createLog('silent') }, 86_400_000, NOW + 86_400_000);
  expect(written).toEqual(
    many.map((one) => ({
      ...one,
      startedAt: one.startedAt + 86_400_000,
      expiresAt: one.expiresAt + 86_400_000,
    })),
  );
});
