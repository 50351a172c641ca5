/** The config drive that `ingot node deploy` asks for, put together from files and options. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import type { JsonObject } from './answers.ts';
import { formatBytes } from './table.ts';

/** More than any user data or enrolment file has. */
const MOST_BYTES = 16 * 1024 * 1024;

export type ConfigDriveOptions = {
  /** A folder or a JSON file. */
  readonly source: string | null;
  readonly userData: string | null;
  readonly hostname: string | null;
  readonly sshKeys: readonly string[];
};

const jsonObject = z.record(z.string(), z.json());
const driveFile = z.strictObject({
  meta_data: jsonObject.optional(),
  user_data: z.union([z.string(), jsonObject]).optional(),
  network_data: jsonObject.optional(),
  vendor_data: jsonObject.optional(),
});

/** Null when nothing is asked for. Throws `invalid_input` that names the file. */
export async function buildConfigDrive(options: ConfigDriveOptions): Promise<JsonObject | null> {
  const { source, userData, hostname, sshKeys } = options;
  const drive = source === null ? {} : await readSource(source);
  const keys: Record<string, string> = {};
  for (const [index, path] of sshKeys.entries()) keys[`key-${index}`] = await readKey(path);
  const metaData = {
    ...drive.meta_data,
    ...(hostname === null ? {} : { hostname, name: hostname }),
    ...(sshKeys.length === 0 ? {} : { public_keys: keys }),
  };
  const whole = {
    ...drive,
    ...(Object.keys(metaData).length === 0 ? {} : { meta_data: metaData }),
    ...(userData === null ? {} : { user_data: await readFile(userData) }),
  };
  return Object.keys(whole).length === 0 ? null : jsonObject.parse(whole);
}

async function readSource(path: string): Promise<z.output<typeof driveFile>> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!facts.isDirectory()) return parse(await readFile(path), path, driveFile);
  const inner = join(path, 'openstack', 'latest');
  const folder = (await exists(inner)) ? inner : path;
  const [meta, network, vendor2, vendor] = await Promise.all(
    ['meta_data.json', 'network_data.json', 'vendor_data2.json', 'vendor_data.json'].map((name) =>
      readIfThere(join(folder, name)),
    ),
  );
  const user = await readIfThere(join(folder, 'user_data'));
  if ([meta, network, vendor2, vendor, user].every((content) => content == null)) {
    throw new IngotError('invalid_input', `${path} holds no config drive`, {
      hint: 'Put meta_data.json, user_data or network_data.json there, or into openstack/latest below it.',
    });
  }
  const object = (content: string | null | undefined, name: string, key: string): JsonObject =>
    content == null ? {} : { [key]: parse(content, join(folder, name), jsonObject) };
  return driveFile.parse({
    ...object(meta, 'meta_data.json', 'meta_data'),
    ...object(network, 'network_data.json', 'network_data'),
    ...object(vendor2 ?? vendor, 'vendor_data2.json', 'vendor_data'),
    ...(user == null ? {} : { user_data: user }),
  });
}

async function readKey(path: string): Promise<string> {
  const key = (await readFile(path)).trim();
  // A private key here would be written to the machine's disk for all to read.
  if (/^(ssh-|ecdsa-|sk-)\S+ \S+/.test(key)) return key;
  throw new IngotError('invalid_input', `${path} is no public SSH key`, {
    hint: 'Give the .pub file of the key pair.',
  });
}

/** A text file as it is, or what a pipe gives. Throws `invalid_input` that names it; also above 16 MiB. */
export async function read(path: string): Promise<string> {
  try {
    return await readBounded(path, MOST_BYTES);
  } catch (cause) {
    throw cause instanceof IngotError ? cause : unreadable(path, cause);
  }
}

/**
 * What a file or pipe gives, of at most `most` bytes: a pipe tells no size before.
 * @throws IngotError `invalid_input` above it, and whatever opening and reading throw
 */
export async function readBounded(path: string, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > most) {
      throw new IngotError('invalid_input', `${path} is larger than ${formatBytes(most)}`, {
        hint: 'Give another file, or let the machine fetch what is large.',
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** As `read`, of a regular file only: a pipe or a device may never end. */
async function readFile(path: string): Promise<string> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (facts.isFile()) return read(path);
  throw new IngotError('invalid_input', `${path} is no regular file`, { hint: 'Give the path of a file.' });
}

function unreadable(path: string, cause: unknown): IngotError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IngotError('invalid_input', `Cannot read ${path}: ${reason}`, {
    hint: 'Check the path.',
    cause,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<string | null> {
  return (await exists(path)) ? readFile(path) : null;
}

function parse<T extends z.ZodType>(content: string, path: string, schema: T): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new IngotError('invalid_input', `${path} is no JSON`, { hint: 'Correct the file.', cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new IngotError('invalid_input', `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
    hint: 'A config drive file has meta_data, user_data, network_data and vendor_data.',
  });
}
