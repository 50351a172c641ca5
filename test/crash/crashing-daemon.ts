/**
 * The daemon, with SIGKILL at step boundaries: the first time that a step of a kind is called, and the first time
 * that its end is on disk, this process kills itself. What it has died of stands in a file, so that each boundary kills
 * once. Usage: crashing-daemon.ts CONFIG BOUNDARIES-FILE
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon/start.ts';
import { createLog } from '../../src/log.ts';

const [configFile = '', boundariesFile = ''] = process.argv.slice(2);
const config = await loadConfig(configFile);
const seen = new Set(existsSync(boundariesFile) ? readFileSync(boundariesFile, 'utf8').split('\n') : []);

const daemon = await startDaemon({
  config,
  log: createLog('warn'),
  clock: systemClock,
  onFatal: () => process.exit(1),
  hooks: {
    boundary: ({ step, when, outcome }) => {
      if (when === 'after' && outcome !== 'done') return;
      const boundary = `${when} ${step}`;
      if (seen.has(boundary)) return;
      appendFileSync(boundariesFile, `${boundary}\n`);
      process.kill(process.pid, 'SIGKILL');
    },
  },
});
flushCompileCache();
process.once('SIGTERM', () => void daemon.stop().then(() => process.exit(0)));
