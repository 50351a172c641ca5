/** A storm: 2,000 simulated machines are switched on within 20 s and boot up to their ramdisk. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inParallel } from './api-caller.ts';
import { type Ingot, startIngot } from './contenders/ingot.ts';
import { CLIENT, layField, SERVER } from './field.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { stormMac } from './storm/storm-mac.ts';

const MACHINES = 2_000;
const SECONDS = 20;
/** Small enough that two cores carry them all in a minute; the line before them is what is measured. */
const KERNEL_BYTES = 500_000;
const RAMDISK_BYTES = 2_000_000;
const AT_ONCE = 64;
const ENROLLED_AT_ONCE = 8;
const NEIGHBOURS = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';

const reportShape = z.object({
  offers: z.array(z.number()),
  lost: z.number(),
  waits: z.array(z.number()),
  refusals: z.number(),
  failed: z.number(),
  failures: z.array(z.string()),
  seconds: z.number(),
});

export const storm: Measure = {
  about: `${MACHINES} machines that power on within ${SECONDS} s: DHCP, TFTP, DHCP, script, kernel and ramdisk in turn`,
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const field = await layField('storm', tools);
    await makeRoomForNeighbours(tools);
    const ingot = await startIngot(field, { limits: { boot_downloads: AT_ONCE } }, tools);
    // Written after the start: the folder of the ramdisk is the field's own.
    await writeFile(join(field.dir, 'vmlinuz'), randomBytes(KERNEL_BYTES));
    await writeFile(join(field.dir, 'initrd.zst'), randomBytes(RAMDISK_BYTES));
    tools.say(`enrolling ${MACHINES} nodes`);
    await enroll(ingot);
    tools.say('power on');
    const program = join(import.meta.dirname, 'storm/machines.ts');
    const words = [CLIENT.interface, SERVER.address, '6180', String(MACHINES), String(SECONDS)];
    const { code, output } = await field.wire.run('client', process.execPath, program, ...words);
    if (code !== 0) throw new Error(`the machines failed: ${output}`);
    const report = reportShape.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
    for (const failure of report.failures) tools.say(failure);
    return figures(report);
  },
};

/** Beyond its bound of 1024 neighbours for all namespaces together, Linux sends nothing more, not even broadcasts. */
async function makeRoomForNeighbours({ defer }: Pick<Tools, 'defer'>): Promise<void> {
  const before = await readFile(NEIGHBOURS, 'utf8');
  if (Number(before) >= 4 * MACHINES) return;
  defer(() => writeFile(NEIGHBOURS, before));
  await writeFile(NEIGHBOURS, String(4 * MACHINES));
}

async function enroll({ client }: Ingot): Promise<void> {
  const numbers = Array.from({ length: MACHINES }, (_, number) => number);
  await inParallel(numbers, ENROLLED_AT_ONCE, async (number) => {
    await client.nodes.enroll({
      name: `storm-${number}`,
      driver: 'redfish',
      ports: [{ address: stormMac(number) }],
      driver_info: { redfish_address: 'https://192.0.2.1' },
    });
  });
}

function figures(report: z.output<typeof reportShape>): readonly Figure[] {
  const { failed, lost, offers, refusals, seconds, waits } = report;
  return [
    { name: 'offer_p99_ms', value: rounded(percentile(offers, 0.99)), unit: 'ms' },
    { name: 'offer_slowest_ms', value: rounded(percentile(offers, 1)), unit: 'ms', goal: { at_most: 1_000 } },
    { name: 'dhcp_questions_lost', value: lost, unit: 'without an answer in 4 s', goal: { at_most: 0 } },
    { name: 'machines_failed', value: failed, unit: `of ${MACHINES}`, goal: { at_most: 0 } },
    { name: 'told_to_come_back', value: refusals, unit: `times, with ${AT_ONCE} downloads at once` },
    {
      name: 'wait_p50_s',
      value: rounded(percentile(waits, 0.5) / 1000),
      unit: 's before kernel and ramdisk',
    },
    {
      name: 'wait_longest_s',
      value: rounded(percentile(waits, 1) / 1000),
      unit: 's before kernel and ramdisk',
    },
    { name: 'all_booted_s', value: rounded(seconds), unit: 's from the first power-on' },
  ];
}
