/** The command lines of the daemon's own words, `serve` and `preflight`. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** Null, and the mistake told with the help, when the command line is wrong. */
export function readOptions<const T extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  { options, help }: { readonly options: T; readonly help: string },
) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${help}`);
    return null;
  }
}
