/** What the daemon costs while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startIngot } from './contenders/ingot.ts';
import { layField } from './field.ts';
import { type Figure, type Measure, rounded, type Tools } from './measure.ts';
import { cpuSeconds, residentMb } from './process-figures.ts';

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
