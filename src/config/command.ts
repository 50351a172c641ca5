/** `ingot config check FILE` and `ingot config schema`. */
import { z } from 'zod';
import { asIngotError } from '../errors.ts';
import { loadConfig } from './load.ts';
import { networkProblems } from './networks.ts';
import { configSchema } from './schema.ts';

const HELP = `Usage:
  ingot config check FILE   Say whether FILE is a good configuration, and each mistake with its line.
  ingot config schema       Print the JSON Schema of the configuration file.
Exit codes: 0 good, 1 mistakes found, 2 wrong usage.
`;

/** Returns the exit code. */
export async function configCommand(argv: readonly string[]): Promise<number> {
  const [verb, file] = argv;
  if (verb === 'schema') {
    process.stdout.write(`${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`);
    return 0;
  }
  if (verb === 'check' && file !== undefined) {
    try {
      await loadConfig(file, [networkProblems]);
      process.stdout.write(`${file}: good\n`);
      return 0;
    } catch (thrown) {
      const error = asIngotError(thrown, `checking ${file}`);
      process.stderr.write(`${error.message}\n${error.hint}\n`);
      return 1;
    }
  }
  const asked = verb === '--help' || verb === undefined;
  (asked ? process.stdout : process.stderr).write(HELP);
  return verb === '--help' ? 0 : 2;
}
