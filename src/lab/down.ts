/** `ingot lab down`: ends a lab, whatever state it is in. */
import { rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { LAB_FILES, readLab } from './files.ts';
import { endLabProcesses } from './processes.ts';

/** Longer than the keeper gives its BMC process. */
const GRACE_MS = 30_000;

export type LabDownOptions = {
  /** Disks, console logs and the daemon's state stay for reading; the next `lab up` removes them. */
  readonly keep_files?: boolean;
};

/**
 * Ends every process of the lab; its namespaces and mounts go with the last of them. Then removes what the lab
 * wrote, and its folder when nothing else is in it. Calling it again does nothing.
 * @returns false when there was no lab.
 * @throws IngotError `environment` when a process does not end
 */
export async function labDown(dir: string, options: LabDownOptions = {}): Promise<boolean> {
  const folder = path.resolve(dir);
  const lab = await readLab(folder);
  if (lab === null) return false;
  await endLabProcesses(lab, GRACE_MS);
  if (options.keep_files === true) return true;
  const { lab: facts, ...others } = LAB_FILES;
  for (const name of Object.values(others))
    await rm(path.join(folder, name), { recursive: true, force: true });
  // Last: as long as it is there, an interrupted `down` can be called again.
  await rm(path.join(folder, facts), { force: true });
  await rmdir(folder).catch(() => undefined);
  return true;
}
