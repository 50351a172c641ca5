/** Starting, watching and ending the QEMU process of one machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../clock.ts';
import { asIngotError, IngotError } from '../../errors.ts';
import type { MachinePlan } from '../records.ts';
import { connectQmp, type Qmp, type QmpEvent } from './qmp.ts';

const START_MS = 20_000;
const POLL_MS = 50;
const QUIT_MS = 10_000;

export type QemuLaunch = {
  readonly plan: MachinePlan;
  readonly command: readonly string[];
  readonly clock: Clock;
  readonly onEvent: (event: QmpEvent) => void;
};

/**
 * Starts QEMU apart from this process (it survives us), its words in `qemu.log`, and waits for its QMP greeting.
 * @throws IngotError `environment` with QEMU's own words when it ends or says nothing within 20 s.
 */
export async function launchQemu(launch: QemuLaunch): Promise<{ readonly pid: number; readonly qmp: Qmp }> {
  const { plan, clock } = launch;
  await rm(plan.qmp, { force: true });
  const child = await spawnApart(launch);
  const until = clock.now() + START_MS;
  while (clock.now() < until && child.exitCode === null && child.signalCode === null) {
    try {
      return { pid: child.pid ?? 0, qmp: await connectQmp(plan.qmp, launch.onEvent) };
    } catch {
      await clock.sleep(POLL_MS);
    }
  }
  const log = path.join(plan.folder, 'qemu.log');
  const said = await readFile(log, 'utf8').catch(() => '');
  throw new IngotError('environment', `QEMU for ${plan.name} did not start: ${said.trim().slice(-500)}`, {
    hint: `Read ${log}; check free memory (${plan.memory_mib} MiB are needed).`,
  });
}

async function spawnApart({ plan, command }: QemuLaunch): Promise<ChildProcess> {
  const [program = '', ...args] = command;
  const output = await open(path.join(plan.folder, 'qemu.log'), 'a');
  try {
    const child = spawn(program, args, { detached: true, stdio: ['ignore', output.fd, output.fd] });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', resolve);
    });
    child.unref();
    return child;
  } catch (error) {
    throw asIngotError(error, `Starting QEMU for ${plan.name}`);
  } finally {
    await output.close();
  }
}

export type RunningQemu = {
  readonly plan: MachinePlan;
  readonly qmp: Qmp;
  /** Null: not known. */
  readonly pid: number | null;
  readonly clock: Clock;
};

/** Has QEMU quit, and kills it where it does not within 10 s. */
export async function endQemu({ plan, qmp, pid, clock }: RunningQemu): Promise<void> {
  // QEMU may close the socket before it answers: what counts is that it is gone.
  qmp.execute('quit').catch(() => undefined);
  if (await goneInTime(qmp, clock)) return;
  if (pid !== null) await killQemu(plan, pid);
  await goneInTime(qmp, clock);
  qmp.close();
}

async function goneInTime(qmp: Qmp, clock: Clock): Promise<boolean> {
  const enough = new AbortController();
  const late = clock.sleep(QUIT_MS, enough.signal).then(
    () => false,
    () => true,
  );
  const gone = await Promise.race([qmp.closed.then(() => true), late]);
  enough.abort();
  return gone;
}

/** After a BMC restart a number may belong to another process: only our QEMU names this socket. */
async function killQemu(plan: MachinePlan, pid: number): Promise<void> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.includes(plan.qmp)) process.kill(pid, 'SIGKILL');
}
