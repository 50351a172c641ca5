/**
 * `npm test`: every check, in the order in which a mistake is cheapest to find. Stops at the first stage that
 * fails; prints how long each took. `npm test -- unit system` runs only the stages named.
 */
import { spawnSync } from 'node:child_process';

type Stage = { readonly name: string; readonly argv: readonly [string, ...string[]] };

const STAGES: readonly Stage[] = [
  { name: 'lint', argv: ['biome', 'check', '.'] },
  { name: 'house', argv: ['node', 'scripts/lint-house.ts'] },
  { name: 'types', argv: ['tsc', '--noEmit'] },
  { name: 'unit', argv: ['vitest', 'run', '--project', 'unit*'] },
  { name: 'assets', argv: ['node', 'scripts/assets.ts'] },
  { name: 'system', argv: ['vitest', 'run', '--project', 'system'] },
  { name: 'e2e', argv: ['vitest', 'run', '--project', 'e2e'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No such stage: ${unknown.join(', ')}. There are: ${STAGES.map((s) => s.name).join(', ')}\n`,
  );
  process.exit(2);
}

const took: string[] = [];
for (const stage of STAGES.filter((s) => wanted.length === 0 || wanted.includes(s.name))) {
  process.stdout.write(`\n== ${stage.name}: ${stage.argv.join(' ')}\n`);
  const started = Date.now();
  const [program, ...args] = stage.argv;
  const result = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  took.push(`${stage.name} ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (result.status !== 0) {
    process.stdout.write(`\n${stage.name} failed. (${took.join(', ')})\n`);
    process.exit(1);
  }
}
process.stdout.write(`\nAll stages passed: ${took.join(', ')}\nstages: ${took.length} passed, 0 failed\n`);
