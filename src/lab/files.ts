/** The files of a lab's folder: their names, and reading and writing them. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { IngotError } from '../errors.ts';
import {
  type Credentials,
  credentialsSchema,
  type KeeperState,
  keeperStateSchema,
  type Lab,
  labSchema,
} from './records.ts';

export const LAB_FILES = {
  lab: 'lab.json',
  keeper: 'keeper.json',
  keeperLog: 'keeper.log',
  bmcLog: 'bmc.log',
  credentials: 'credentials.json',
  nodes: 'nodes.yaml',
  config: 'ingot.yaml',
  /** CA certificate, and certificate and key of each BMC. */
  tls: 'tls',
  namespaces: 'netns',
  machines: 'machines',
  /** The daemon's state_dir in the configuration that `lab up` writes. */
  state: 'state',
} as const;

export const caFile = (dir: string): string => path.join(dir, LAB_FILES.tls, 'ca.pem');

/** All or nothing: a reader never sees half a file, also after a crash. */
export async function writeWhole(file: string, text: string, mode = 0o644): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, text, { mode });
  await rename(fresh, file);
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The parsed file; null when it is not there. @throws IngotError `missing_file` for one that makes no sense. */
async function readRecord<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new IngotError('environment', `Cannot read ${file}`, {
      hint: 'A lab started by root is for root only: use the user who started it.',
      cause: error,
    });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new IngotError('missing_file', `${file} is not what a lab writes there`, {
      hint: 'Move that file away, or choose another folder with --dir.',
      cause: error,
    });
  }
}

export const readLab = (dir: string): Promise<Lab | null> =>
  readRecord(path.join(dir, LAB_FILES.lab), labSchema);

export const readKeeper = (dir: string): Promise<KeeperState | null> =>
  readRecord(path.join(dir, LAB_FILES.keeper), keeperStateSchema);

export const writeKeeper = (dir: string, state: KeeperState): Promise<void> =>
  writeWhole(path.join(dir, LAB_FILES.keeper), json(state));

export async function readCredentials(dir: string): Promise<Credentials> {
  const credentials = await readRecord(path.join(dir, LAB_FILES.credentials), credentialsSchema);
  if (credentials !== null) return credentials;
  throw new IngotError('missing_file', `The lab in ${dir} has lost its ${LAB_FILES.credentials}`, {
    hint: 'Make the lab anew: `ingot lab down`, then `ingot lab up`.',
  });
}

/** @throws IngotError `not_found` where no lab was made. */
export async function requireLab(dir: string): Promise<Lab> {
  const lab = await readLab(dir);
  if (lab !== null) return lab;
  throw new IngotError('not_found', `There is no lab in ${dir}`, {
    hint: 'Make one with `ingot lab up`, or name its folder with --dir.',
  });
}
