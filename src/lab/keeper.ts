/**
 * The program that holds a lab together: started by `lab up` inside fresh namespaces, it builds the network,
 * keeps the BMC process running in `oob`, and ends everything on SIGTERM. Usage: keeper.ts (in the lab's folder)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../clock.ts';
import { asIngotError } from '../errors.ts';
import { createLog } from '../log.ts';
import { LAB_FILES, requireLab, writeKeeper } from './files.ts';
import { buildNetwork, inNamespace } from './netns.ts';
import { planTopology } from './topology.ts';

const BMC_PROGRAM = path.join(import.meta.dirname, 'bmc-process.ts');
const RESTART_MS = 500;
/** How long the BMC process may take to end its machines; `lab down` waits a little longer. */
const STOP_MS = 25_000;

const log = createLog('info').child({ component: 'lab-keeper' });
const dir = process.cwd();
const stopping = new AbortController();

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (code) => resolve(code));
  });
}

/** One life of the BMC process. */
async function runBmcs(): Promise<void> {
  const output = await open(LAB_FILES.bmcLog, 'a');
  const [program = '', ...args] = inNamespace('oob', [process.execPath, BMC_PROGRAM]);
  const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
  };
  stopping.signal.addEventListener('abort', stop, { once: true });
  const code = await exited(child);
  stopping.signal.removeEventListener('abort', stop);
  log.info({ pid: child.pid, code }, 'the BMC process ended');
}

async function main(): Promise<void> {
  process.once('SIGTERM', () => stopping.abort());
  process.once('SIGINT', () => stopping.abort());
  const lab = await requireLab(dir);
  await writeKeeper(dir, { pid: process.pid, state: 'starting', error: null });
  try {
    await buildNetwork(dir, planTopology(lab.machines));
  } catch (thrown) {
    const error = asIngotError(thrown, "Building the lab's network");
    const { code, message, hint } = error;
    await writeKeeper(dir, { pid: process.pid, state: 'failed', error: { code, message, hint } });
    throw error;
  }
  await writeKeeper(dir, { pid: process.pid, state: 'ready', error: null });
  log.info({ machines: lab.machines.length }, 'the network stands');
  // A BMC that crashes comes back and takes up its running machines.
  while (!stopping.signal.aborted) {
    await runBmcs();
    await systemClock.sleep(RESTART_MS, stopping.signal).catch(() => undefined);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log.error({ error: asIngotError(error, 'lab keeper').message }, 'the lab keeper ends');
    process.exit(1);
  },
);
