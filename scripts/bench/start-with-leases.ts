/** How long a start takes, and what it needs, where many addresses are leased. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startIngot } from './contenders/ingot.ts';
import { AT_ONCE, CLIENT, layField, POOL, SERVER } from './field.ts';
import { fillLeases } from './fill-leases.ts';
import { type Figure, rounded, type Tools } from './measure.ts';
import { residentMb } from './process-figures.ts';

const LEASES = 100_000;
/** More than a /16 has: 128,000 addresses, without the seed node's own. */
const WIDE = { cidr: '10.76.0.0/15', ranges: [{ from: '10.76.0.1', to: '10.76.255.254' }, POOL] } as const;
const REST_MS = 8_000;

const probeShape = z.object({ at: z.number() });

export async function startWithLeases(tools: Tools): Promise<readonly Figure[]> {
  tools.say(`start with ${LEASES} leases`);
  const field = await layField('start', tools);
  // The first start compiles; a daemon that has handed out so much has been started before.
  await (await startIngot(field, { pool: WIDE }, tools)).stop();
  await fillLeases(field, WIDE.ranges[0].from, LEASES);

  const program = [...AT_ONCE, process.execPath, join(import.meta.dirname, 'offer-probe.ts')] as const;
  const began = Date.now();
  const [ingot, probe] = await Promise.all([
    startIngot(field, { pool: WIDE }, tools),
    field.wire.run('client', ...program, CLIENT.address, SERVER.address),
  ]);
  if (probe.code !== 0) throw new Error(`the probe failed: ${probe.output}`);
  const { at } = probeShape.parse(JSON.parse(probe.output));
  await sleep(REST_MS);
  const resident = await residentMb(ingot.pid);
  await ingot.stop();
  return [
    {
      name: 'start_with_100000_leases_ms',
      value: at - began,
      unit: 'ms from start to the first offer',
      goal: { at_most: 2_000 },
    },
    { name: 'start_with_100000_leases_mb', value: rounded(resident), unit: 'MB', goal: { at_most: 200 } },
  ];
}
