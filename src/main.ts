/** `ingot`: the first word decides. What another word needs is not loaded. */
import { EXIT, type Io } from './cli/io.ts';
import { systemClock } from './clock.ts';
import { plainText } from './plain-text.ts';
import { VERSION } from './version.ts';

const HELP = `ingot ${VERSION}: from a powered-off machine to a running OS.

  ingot serve --config FILE        run the daemon
  ingot config check FILE|schema   check a configuration; print its JSON Schema
  ingot preflight --config FILE    is this machine fit for that configuration?
  ingot lab up|status|down         virtual machines with BMCs, to try all this on
  ingot node …                     enroll, list, show, inspect, provide, deploy, watch, why, power, …
  ingot template list|show|add|delete   deploy templates: steps by trait of the instance
  ingot runbook list|show|add|delete    steps to clean and service nodes by
  ingot network list|show          the networks of the configuration
  ingot image list|show|add|remove the cache of OS images
  ingot boot ca                    the authority of boot files by HTTPS
  ingot dhcp …                     leases, reservations, discovered machines, import
  ingot token create|list|revoke   who may call the API over TCP
  ingot status                     the daemon's own condition
  ingot version

\`--help\` after any command tells more. The API is found by --url, INGOT_URL, or on this machine.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the daemon is not reachable.
`;

async function main(argv: readonly string[]): Promise<number> {
  const [word, ...rest] = argv;
  switch (word) {
    case 'serve':
      // All is on disk then; connections to silent peers would keep the process for a minute.
      return process.exit(await (await import('./daemon.ts')).serveCommand(rest));
    case 'config':
      return (await import('./config/command.ts')).configCommand(rest);
    case 'preflight':
      return (await import('./daemon/preflight/command.ts')).preflightCommand(rest);
    case 'lab':
      return (await import('./lab/command.ts')).labCommand(rest);
    case 'version':
    case '--version':
      return tellVersion(rest);
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return EXIT.ok;
    case undefined:
      process.stderr.write(HELP);
      return EXIT.usage;
    default:
      return talkToDaemon(word, rest);
  }
}

function tellVersion(rest: readonly string[]): number {
  if (rest.some((word) => word !== '--json')) {
    const asked = rest.includes('--help') || rest.includes('-h');
    (asked ? process.stdout : process.stderr).write('Usage: ingot version [--json]\nTells the version.\n');
    return asked ? EXIT.ok : EXIT.usage;
  }
  const answer = rest.includes('--json') ? JSON.stringify({ version: VERSION }) : `ingot ${VERSION}`;
  process.stdout.write(`${answer}\n`);
  return EXIT.ok;
}

async function talkToDaemon(word: string, rest: readonly string[]): Promise<number> {
  const { runCommand } = await import('./cli/command.ts');
  const { runGroup, SINGLE_COMMANDS } = await import('./cli/groups.ts');
  const { askSecret } = await import('./cli/ask-secret.ts');
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  // `ingot node list | head` closes the pipe early; that is no failure of ours.
  process.stdout.on('error', () => process.exit(EXIT.ok));
  const io: Io = {
    // An older daemon, or a node's own fields, may hold what a terminal would obey.
    out: (text) => void process.stdout.write(plainText(text)),
    err: (text) => void process.stderr.write(plainText(text)),
    env: process.env,
    clock: systemClock,
    signal: interrupted.signal,
    askSecret: process.stdin.isTTY
      ? (question) => askSecret(question, { input: process.stdin, output: process.stderr })
      : null,
  };
  const single = Object.hasOwn(SINGLE_COMMANDS, word) ? SINGLE_COMMANDS[word] : undefined;
  return single === undefined ? runGroup(word, rest, io) : runCommand(single, rest, io);
}

process.exitCode = await main(process.argv.slice(2));
