/** `ingot lab up`: makes a lab and leaves it running. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import { ingotYaml, nodesYaml } from './documents.ts';
import { labDown } from './down.ts';
import { labRun } from './exec.ts';
import { caFile, json, LAB_FILES, readKeeper, readLab, writeWhole } from './files.ts';
import { chooseIsolation, gatherIsolationFacts, requirePrograms, unshareArgv } from './isolation.ts';
import { planMachines } from './plan.ts';
import { endLabProcesses, labEnvironment, labProcesses } from './processes.ts';
import type { Credentials, Lab, LabRequest } from './records.ts';
import { makeCertificates } from './tls.ts';

const KEEPER_MS = 60_000;
const POLL_MS = 50;

export type LabUpOptions = LabRequest & {
  /** Default: tcg, which works everywhere. */
  readonly accelerator?: Lab['accelerator'];
};

/** Nothing of a lab that ended stays: disks are blank again, firmware is factory-new. */
async function clearOldLab(dir: string): Promise<void> {
  const old = await readLab(dir);
  if (old === null) return;
  if ((await labProcesses(old)).length > 0) {
    throw new IngotError('conflict', `A lab already runs in ${dir}`, {
      hint: 'Use it (`ingot lab status`), end it (`ingot lab down`), or choose another folder with --dir.',
    });
  }
  await labDown(dir);
}

async function writeFiles(lab: Lab): Promise<void> {
  const { dir } = lab;
  const file = (name: string): string => path.join(dir, name);
  // First, so that `lab down` knows what to look for whatever happens next.
  await writeWhole(file(LAB_FILES.lab), json(lab));
  for (const machine of lab.machines) await mkdir(machine.folder, { recursive: true });
  await mkdir(file(LAB_FILES.state), { recursive: true, mode: 0o700 });
  const credentials: Credentials = { username: 'admin', password: randomBytes(15).toString('base64url') };
  await writeWhole(file(LAB_FILES.credentials), json(credentials), 0o600);
  await writeWhole(file(LAB_FILES.nodes), nodesYaml(lab, credentials), 0o600);
  await writeWhole(file(LAB_FILES.config), ingotYaml(dir));
  await makeCertificates(
    dir,
    lab.machines.map((machine) => machine.bmc_address),
  );
}

async function startKeeper(lab: Lab): Promise<void> {
  await rm(path.join(lab.dir, LAB_FILES.keeper), { force: true });
  const output = await open(path.join(lab.dir, LAB_FILES.keeperLog), 'a');
  const keeper = path.join(import.meta.dirname, 'keeper.ts');
  const [program = '', ...args] = [...unshareArgv(lab.isolation), process.execPath, keeper];
  const child = spawn(program, args, {
    cwd: lab.dir,
    detached: true,
    env: labEnvironment(lab),
    stdio: ['ignore', output.fd, output.fd],
  });
  child.unref();
  await output.close();
}

/** Until the keeper says that the network stands. @throws IngotError with the keeper's own reason. */
async function awaitKeeper(lab: Lab, clock: Clock): Promise<void> {
  const until = clock.now() + KEEPER_MS;
  while (clock.now() < until) {
    const keeper = await readKeeper(lab.dir);
    if (keeper?.state === 'ready') return;
    if (keeper?.error) throw new IngotError('environment', keeper.error.message, { hint: keeper.error.hint });
    await clock.sleep(POLL_MS);
  }
  throw new IngotError('timeout', `The lab's network did not stand within ${KEEPER_MS / 1000} s`, {
    hint: `Read ${path.join(lab.dir, LAB_FILES.keeperLog)}.`,
  });
}

/** Asked from the seed, so that the route over the router is proven too. */
async function awaitBmcs(lab: Lab): Promise<void> {
  const probe = path.join(import.meta.dirname, 'probe.ts');
  const addresses = lab.machines.map((machine) => machine.bmc_address);
  const result = await labRun(lab.dir, 'seed', {
    argv: [process.execPath, probe, caFile(lab.dir), ...addresses],
    timeout_ms: 60_000,
  });
  if (result.code === 0) return;
  throw new IngotError('timeout', `The BMCs do not answer in the namespace "seed": ${result.stderr.trim()}`, {
    hint: `Read ${path.join(lab.dir, LAB_FILES.bmcLog)}.`,
  });
}

/**
 * Makes the lab and returns when every BMC answers the seed over the router. Machines are off, disks blank.
 * When it fails, nothing of it goes on running; its logs stay for reading.
 * @throws IngotError `missing_program`, `missing_file`, `environment`, `conflict`, `invalid_input`, `timeout`
 */
export async function labUp(options: LabUpOptions, clock: Clock = systemClock): Promise<Lab> {
  const dir = path.resolve(options.dir);
  const machines = planMachines({ dir, machines: options.machines });
  await requirePrograms();
  const isolation = chooseIsolation(await gatherIsolationFacts());
  await mkdir(dir, { recursive: true });
  await clearOldLab(dir);
  const lab: Lab = {
    kind: 'ingot-lab',
    version: 1,
    id: randomBytes(16).toString('hex'),
    dir,
    isolation,
    accelerator: options.accelerator ?? 'tcg',
    created_at: new Date(clock.now()).toISOString(),
    machines: [...machines],
  };
  await writeFiles(lab);
  try {
    await startKeeper(lab);
    await awaitKeeper(lab, clock);
    await awaitBmcs(lab);
  } catch (error) {
    await endLabProcesses(lab, 2000);
    throw error;
  }
  return lab;
}
