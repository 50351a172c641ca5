/** `ingot config check FILE` and `ingot config schema`. */
import { z } from 'zod';
import { asIngotError } from '../errors.ts';
import { networkWarnings } from '../ipam/network-warnings.ts';
import { CHECKS } from './checks.ts';
import { loadConfig } from './load.ts';
import { configSchema } from './schema.ts';

const HELP = `Usage:
  ingot config check FILE [--json]   Say whether FILE is a good configuration, and each mistake with its line.
  ingot config schema                Print the JSON Schema of the configuration file.
Exit codes: 0 good (there may be warnings), 1 mistakes found, 2 wrong usage.
`;

/** Returns the exit code. */
export async function configCommand(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const [verb, file, ...more] = argv.filter((word) => word !== '--json');
  if (verb === 'schema' && file === undefined) {
    process.stdout.write(`${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`);
    return 0;
  }
  if (verb === 'check' && file !== undefined && !file.startsWith('-') && more.length === 0) {
    return check(file, argv.includes('--json'));
  }
  (verb === undefined ? process.stdout : process.stderr).write(HELP);
  return 2;
}

async function check(file: string, json: boolean): Promise<number> {
  try {
    const { networks } = await loadConfig(file, CHECKS);
    const warnings = networkWarnings(networks);
    const lines = warnings.map(({ message, hint }) => `${file}: WARNING: ${message}. ${hint}\n`);
    process.stdout.write(
      json ? `${JSON.stringify({ file, good: true, warnings })}\n` : `${lines.join('')}${file}: good\n`,
    );
    return 0;
  } catch (thrown) {
    const { code, message, hint } = asIngotError(thrown, `checking ${file}`);
    if (json)
      process.stdout.write(
        `${JSON.stringify({ file, good: false, warnings: [], error: { code, message, hint } })}\n`,
      );
    else process.stderr.write(`${message}\n${hint}\n`);
    return 1;
  }
}
