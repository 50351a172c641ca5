/** The shape of one command, and how it is run: arguments, client, answer, exit code. */
import type { ParseArgsOptionsConfig } from 'node:util';
import { asIngotError, IngotError } from '../errors.ts';
import { plainJson } from '../plain-text.ts';
import { findDaemon } from './address.ts';
import { type Arguments, flag, readArguments, text } from './arguments.ts';
import { type Client, createClient } from './client.ts';
import { loginFor, readClientFile } from './credentials.ts';
import { EXIT, type Io } from './io.ts';

export type Command = {
  /** `ingot node deploy NAME --image …`, for help and for mistakes. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** More for `--help`: the options, line by line. */
  readonly details?: string;
  readonly options: ParseArgsOptionsConfig;
  readonly least: number;
  readonly most: number;
  /** Returns the exit code. */
  run(call: Call): Promise<number>;
};

export type Call = Arguments & {
  readonly client: Client;
  readonly io: Io;
  readonly json: boolean;
  readonly usage: string;
};

const COMMON_HELP = `
Every command:
  --url URL   http://HOST:PORT, https://… or unix:///PATH (default: INGOT_URL, the client file's, the daemon of this machine)
  --json      the answer as JSON
  --help      this text
A remote API's login: INGOT_TOKEN, or INGOT_USERNAME and INGOT_PASSWORD; INGOT_CACERT; or ~/.config/ingot/client.yaml
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the daemon is not reachable.
`;

export async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<number> {
  const wantsJson = argv.includes('--json');
  try {
    const parsed = readArguments(argv, command.options, command);
    if (flag(parsed.values, 'help')) {
      io.out(`Usage: ${command.usage}\n${command.summary}\n${command.details ?? ''}${COMMON_HELP}`);
      return EXIT.ok;
    }
    const file = await readClientFile(io.env);
    const url = await findDaemon({ url: text(parsed.values, 'url'), env: io.env, file });
    const client = createClient(url, await loginFor(url, io.env, file));
    try {
      return await command.run({ ...parsed, client, io, json: wantsJson, usage: command.usage });
    } finally {
      await client.close();
    }
  } catch (thrown) {
    if (io.signal.aborted) return EXIT.failed;
    return complain(asIngotError(thrown, command.usage), { io, json: wantsJson });
  }
}

/** Tells the error and returns its exit code. */
export function complain(
  error: IngotError,
  { io, json }: { readonly io: Io; readonly json: boolean },
): number {
  if (json)
    io.out(`${plainJson({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`);
  else io.err(`ingot: ${error.message}\n${error.hint === '' ? '' : `${error.hint}\n`}`);
  if (error.code === 'usage') return EXIT.usage;
  return error.code === 'daemon_unreachable' ? EXIT.unreachable : EXIT.failed;
}

/** The one positional that most commands have. */
export function nameOf(call: Call): string {
  const [name] = call.positionals;
  if (name !== undefined) return name;
  throw new IngotError('usage', 'The name of the node is missing', { hint: `Usage: ${call.usage}` });
}

export function printJson(io: Io, value: unknown): void {
  io.out(`${plainJson(value, 2)}\n`);
}
