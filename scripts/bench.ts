/**
 * `npm run bench -- NAME…`: measures ingot, side by side with its peers where there are any, all in one run and in
 * network namespaces of its own. The last line of output is JSON. Exit codes: 0 measured (goals met or not),
 * 1 failed, 2 wrong usage.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { busy } from './bench/busy.ts';
import { createCleanup } from './bench/cleanup.ts';
import { dhcp } from './bench/dhcp.ts';
import { fleet } from './bench/fleet.ts';
import { http } from './bench/http.ts';
import { idle } from './bench/idle.ts';
import { formatFigure, jsonFigures, type Measure } from './bench/measure.ts';
import { storm } from './bench/storm.ts';
import { tftp } from './bench/tftp.ts';

const MEASURES: ReadonlyMap<string, Measure> = new Map(
  Object.entries({ idle, busy, dhcp, tftp, http, storm, fleet }),
);

const BUSY_MACHINE =
  'This machine has other work: latencies and ratios say as much about that as about ingot';

/** How long an interrupted measure may take to notice. */
const GIVE_UP_MS = 3_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The measures asked for, or a sentence about what is wrong. */
function chosen(words: readonly string[]): readonly string[] | string {
  const names = [...MEASURES.keys()];
  if (words.length === 0) {
    const list = [...MEASURES].map(([name, { about }]) => `  ${name.padEnd(6)} ${about}`);
    return `Usage: npm run bench -- NAME… | all\n${list.join('\n')}`;
  }
  const unknown = words.find((word) => word !== 'all' && !MEASURES.has(word));
  if (unknown !== undefined) {
    return `There is no measure "${unknown}". There are: ${names.join(', ')}, all.`;
  }
  return words.includes('all') ? names : [...new Set(words)];
}

async function main(words: readonly string[]): Promise<number> {
  const names = chosen(words);
  if (typeof names === 'string') {
    process.stderr.write(`${names}\n`);
    return 2;
  }
  const cleanup = createCleanup((error) => say(`could not clean up: ${String(error)}`));
  const interrupted = new Promise<null>((resolve) => {
    process.once('SIGINT', () => resolve(null));
    process.once('SIGTERM', () => resolve(null));
  });

  const results: Record<string, object> = {};
  const before = loadavg()[0] ?? 0;
  if (before > cpus().length / 2) say(`${BUSY_MACHINE} (load ${before.toFixed(1)} on ${cpus().length} CPUs)`);
  for (const name of names) {
    const measure = MEASURES.get(name);
    if (measure === undefined) continue;
    say(`${name}: ${measure.about}`);
    const work = measure.run({ say: (sentence) => say(`  … ${sentence}`), defer: cleanup.defer });
    try {
      const figures = await Promise.race([work, interrupted]);
      if (figures === null) return 130;
      for (const figure of figures) say(formatFigure(figure));
      results[name] = jsonFigures(figures);
    } finally {
      await cleanup.run();
      // Interrupted, it now fails for want of its servers; what it began meanwhile is undone too.
      await Promise.race([work.catch(() => null), sleep(GIVE_UP_MS)]);
      await cleanup.run();
    }
  }
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', load_before: before };
  say(JSON.stringify({ machine, measures: results }));
  return 0;
}

process.exit(await main(process.argv.slice(2)));
