/** What the daemon costs while nothing happens. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startIngot } from './contenders/ingot.ts';
import { layField } from './field.ts';
import { type Figure, type Measure, rounded, type Tools } from './measure.ts';

const REST_MS = 10_000;

export const idle: Measure = {
  about: 'memory and CPU of an idle `ingot serve` with one PXE network',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const field = await layField('idle', tools);
    const figures: Figure[] = [];
    // The first start compiles into an empty cache; later ones find it filled.
    for (const start of ['first_start', 'second_start']) {
      tools.say(`${start.replace('_', ' ')}, then ${REST_MS / 1000} s of rest`);
      const ingot = await startIngot(field, {}, tools);
      const before = await cpuSeconds(ingot.pid);
      await sleep(REST_MS);
      const used = (await cpuSeconds(ingot.pid)) - before;
      figures.push(
        {
          name: `${start}_resident_mb`,
          value: rounded(await residentMb(ingot.pid)),
          unit: 'MB',
          goal: { at_most: 150 },
        },
        { name: `${start}_cpu_percent`, value: rounded((used / REST_MS) * 100_000), unit: '% of a core' },
      );
      await ingot.stop();
    }
    return figures;
  },
};

/** Megabytes (10^6 bytes) of memory that the process holds, shared pages counted in full. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** Seconds of CPU that the process has used in user and kernel mode (proc(5): fields 14 and 15, in 1/100 s). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
