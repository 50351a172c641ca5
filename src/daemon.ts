/**
 * `ingot serve`: the one place where the parts are put together. Start order is written top to bottom, stop
 * order is its reverse. The daemon starts with what it has: an interface that is down, a ramdisk that is not
 * built yet or a missing iPXE is an event and a sentence in the status, not a refusal to start.
 */
import { flushCompileCache } from 'node:module';
import { systemClock } from './clock.ts';
import { CHECKS } from './config/checks.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { readOptions } from './daemon/options.ts';
import { type Daemon, startDaemon } from './daemon/start.ts';
import { returnStartUpMemory } from './daemon/start-up-memory.ts';
import { createSdNotify } from './daemon/systemd/sd-notify.ts';
import { startWatchdog } from './daemon/systemd/watchdog.ts';
import { asIngotError } from './errors.ts';
import { networkWarnings } from './ipam/network-warnings.ts';
import { createLog } from './log.ts';
import { VERSION } from './version.ts';

const HELP = `Usage: ingot serve --config FILE
Runs the daemon in the foreground until SIGTERM or SIGINT; SIGHUP reads the API's certificate and users anew. Logs go to standard error as JSON lines.
  --config FILE   default: /etc/ingot/ingot.yaml
  --compile       only load the daemon's modules, so that Node keeps them compiled for the next start
Exit codes: 0 stopped as asked, 1 failed, 2 wrong usage or configuration.
`;

const OPTIONS = {
  config: { type: 'string', default: '/etc/ingot/ingot.yaml' },
  compile: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** Returns the exit code, once the daemon has stopped. */
export async function serveCommand(argv: readonly string[]): Promise<number> {
  const values = readOptions(argv, { options: OPTIONS, help: HELP });
  if (values === null) return 2;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.compile) {
    await import('./packet-thread.ts');
    await import('./dhcp/leases/journal/keeper-thread.ts');
    await import('./dhcp/leases/journal/table-thread.ts');
    return 0;
  }
  let config: Config;
  try {
    config = await loadConfig(values.config, CHECKS);
  } catch (thrown) {
    const error = asIngotError(thrown, `reading ${values.config}`);
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    return 2;
  }
  return await runUntilSignal(config);
}

async function runUntilSignal(config: Config): Promise<number> {
  const log = createLog(config.log_level);
  const systemd = createSdNotify(process.env, log);
  // Every file that the daemon makes is its own business only: leases, tokens, credentials.
  process.umask(0o077);
  for (const { message, hint } of networkWarnings(config.networks)) log.warn({ hint }, message);
  const stop = Promise.withResolvers<number>();
  process.once('SIGTERM', () => stop.resolve(0));
  process.once('SIGINT', () => stop.resolve(0));
  let daemon: Daemon;
  try {
    daemon = await startDaemon({ config, log, clock: systemClock, onFatal: () => stop.resolve(1) });
  } catch (thrown) {
    const error = asIngotError(thrown, 'starting the daemon');
    log.error({ code: error.code, hint: error.hint, error: error.stack }, error.message);
    // Plainly too, as the last words: who starts it by hand should not have to read JSON.
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    return 1;
  }
  const { watchdogMs, alive } = systemd;
  const stopWatchdog =
    watchdogMs === null
      ? () => undefined
      : startWatchdog({
          periodMs: watchdogMs,
          watched: daemon.watched,
          beat: alive,
          clock: systemClock,
          log,
        });
  process.on('SIGHUP', () => {
    log.info({}, 'SIGHUP: reading the certificate and the users of the API anew');
    void daemon.reload().catch((error: unknown) => log.error({ error: String(error) }, 'the reload failed'));
  });
  systemd.ready(`ingot ${VERSION}, API on ${config.api.listen}, ${config.networks.length} networks`);
  log.info({ version: VERSION, state_dir: config.state_dir }, 'ingot is ready');
  // Node writes it at exit otherwise, and a killed daemon would start slowly for ever.
  flushCompileCache();
  returnStartUpMemory();
  const code = await stop.promise;
  systemd.stopping();
  stopWatchdog();
  log.info({}, 'stopping: jobs stay in the store and go on after the next start');
  await daemon.stop();
  return code;
}
