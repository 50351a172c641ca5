/**
 * `npm run fuzz -- dhcp|dhcp-import|tftp|http|syslog|all --seconds N [--seed S]`: throws valid messages, changed, and
 * noise at each codec and each server of `test/fuzz/targets/`, for N seconds in all. Prints the seed, so that a finding
 * can be had again. Exit codes: 0 nothing found, 1 a promise was broken (the sentence and the input are printed), 2
 * wrong usage.
 */
import { parseArgs } from 'node:util';
import { allTargets, fuzz } from '../test/fuzz/run.ts';
import { startWatchdog } from './fuzz/watchdog.ts';

const USAGE = 'Usage: npm run fuzz -- dhcp|dhcp-import|tftp|http|syslog|all [--seconds 60] [--seed NUMBER]';
const MOST_SEED = 2 ** 31 - 2;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

type Wanted = { readonly groups: readonly string[]; readonly seconds: number; readonly seed: number };

/** What is asked for; null when it is not understood. */
function read(words: readonly string[]): Wanted | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
    });
    const seconds = Number(values.seconds);
    const seed = Number(values.seed ?? 1 + (Date.now() % MOST_SEED));
    const isSeed = Number.isInteger(seed) && seed >= 1 && seed <= MOST_SEED;
    return positionals.length > 0 && seconds > 0 && isSeed ? { groups: positionals, seconds, seed } : null;
  } catch {
    return null;
  }
}

async function main(words: readonly string[]): Promise<number> {
  const wanted = read(words);
  const every = await allTargets();
  const known = new Set<string>(['all', ...every.map(({ group }) => group)]);
  if (wanted === null || wanted.groups.some((group) => !known.has(group))) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { groups, seconds, seed } = wanted;
  const targets = every.filter(({ group }) => groups.includes('all') || groups.includes(group));
  let broken = 0;
  for (const target of targets) {
    const watchdog = startWatchdog(`${target.name}, seed ${seed}`);
    try {
      const forMs = (seconds * 1000) / targets.length;
      const { steps, grownMb } = await fuzz(target, { seed, forMs, onStep: watchdog.step });
      say(`${target.name}: ${steps} steps with seed ${seed}, ${Math.round(grownMb)} MB grown, nothing found`);
    } catch (error) {
      broken++;
      say(error instanceof Error ? error.message : String(error));
    } finally {
      await watchdog.stop();
    }
  }
  return broken === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
