/** A short run of every fuzz target with a fixed seed; `npm run fuzz` runs them for as long as one likes. */
import { expect, test } from 'vitest';
import { createNoise } from '../rig/hostile-sender.ts';
import { mutate } from './mutate.ts';
import { allTargets, fuzz } from './run.ts';
import type { FuzzTarget } from './target.ts';

const SEED = 20_261_123;
const FOR_MS = 1_000;

const targets = await allTargets();

test.each(targets.map((target) => [target.name, target] as const))(
  '%s keeps its promises',
  async (_name, target) => {
    const { steps } = await fuzz(target, { seed: SEED, forMs: FOR_MS });
    expect(steps).toBeGreaterThan(5);
  },
);

test('every protocol that machines speak to us, and every file that we take over, has a target', () => {
  const groups = ['dhcp', 'dhcp-import', 'tftp', 'http', 'syslog'];
  expect(new Set(targets.map(({ group }) => group))).toEqual(new Set(groups));
});

test('the same seed makes the same inputs, another one makes others', () => {
  const inputs = (seed: number): readonly string[] => {
    const random = createNoise(seed);
    return Array.from({ length: 50 }, () => mutate(Buffer.from('a valid input'), random).toString('hex'));
  };
  expect(inputs(1)).toEqual(inputs(1));
  expect(inputs(1)).not.toEqual(inputs(2));
});

const broken = (step: () => void): FuzzTarget => ({
  group: 'tftp',
  name: 'a server',
  open: () => ({ step }),
});

test('a finding names target, seed, step and input', async () => {
  let steps = 0;
  const target = broken(() => {
    if (++steps === 3) throw new Error('it threw; input: 00ff');
  });
  await expect(fuzz(target, { seed: 7, steps: 100 })).rejects.toThrow(
    'a server, seed 7, step 2: it threw; input: 00ff',
  );
});

test('memory that is never given back is a finding', async () => {
  const kept: Buffer[] = [];
  const target = broken(() => void kept.push(Buffer.alloc(5 * 1024 * 1024, 1)));
  await expect(fuzz(target, { seed: 7, steps: 60 })).rejects.toThrow(/memory grew by \d+ MB in 60 steps/);
});
