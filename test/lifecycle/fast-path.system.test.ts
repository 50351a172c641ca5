/**
 * How long a deployment takes of whose machine and agent nothing is slow: what is left are the daemon's own waits.
 * Ironic needs 95 s for it, which it spends between heartbeats and polls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrollBody } from '../rig/rack.ts';
import { rackName } from '../rig/simulated/rack.ts';
import { type SimulatedSite, startSimulatedSite } from '../rig/simulated-site.ts';

const GOAL_MS = 3_000;
const ROUNDS = 3;
/** Where something else keeps the machine busy. */
const MOST_ROUNDS = 6;

let site: SimulatedSite;
beforeAll(async () => {
  site = await startSimulatedSite({ workMs: 0 });
});
afterAll(async () => {
  await site?.stop();
});

async function until(name: string, states: readonly string[]): Promise<void> {
  for (;;) {
    const { provision_state, last_error } = await site.daemon.client.nodes.get(name);
    if (states.includes(provision_state)) return;
    if (last_error !== null) throw new Error(`${name} is ${provision_state}: ${last_error}`);
    await sleep(20);
  }
}

test('a deploy through an agent that answers at once takes less than 3 s from verb to active, at best of some', {
  timeout: 120_000,
}, async () => {
  const { client } = site.daemon;
  const name = rackName(0);
  await client.nodes.enroll({ ...enrollBody(0, site.rack), automated_clean: false });
  await client.provision(name, 'manage');
  await until(name, ['manageable']);
  await client.provision(name, 'provide');
  await until(name, ['available']);
  const instance_info = {
    image_source: site.image.url,
    image_os_hash_algo: 'sha256',
    image_os_hash_value: site.image.sha256,
  };
  const took: number[] = [];
  const isSlow = (): boolean => Math.min(...took) >= GOAL_MS;
  while (took.length < ROUNDS || (isSlow() && took.length < MOST_ROUNDS)) {
    const begun = performance.now();
    await client.nodes.deploy(name, { target: 'active', instance_info });
    await until(name, ['active']);
    took.push(Math.round(performance.now() - begun));
    await client.provision(name, 'deleted');
    await until(name, ['available']);
  }
  process.stdout.write(`from verb to active: ${took.join(', ')} ms; the goal is less than ${GOAL_MS} ms\n`);
  expect(Math.min(...took)).toBeLessThan(GOAL_MS);
});
