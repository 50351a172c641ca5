/** The config drive as it comes: base64 of a gzipped ISO 9660 image with the label `config-2`. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AgentError, reasonOf } from '../base/agent-error.ts';
import { MIB } from './disk.ts';

/** The most that Ironic allows a config drive to be (ironic docs, "Configuration drive"). */
export const CONFIG_DRIVE_BYTES = 64 * MIB;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** cloud-init finds the drive by this file system label (cloud-init docs, ConfigDrive version 2). */
const LABEL = 'config-2';
/** Sector 16 of an ISO 9660 image: the primary volume descriptor (ECMA-119, 8.4). */
const DESCRIPTOR_AT = 16 * 2048;

/** The ISO 9660 volume label, or null when the bytes are no such image. */
export function isoLabel(image: Buffer): string | null {
  if (image.length < DESCRIPTOR_AT + 2048) return null;
  if (image.toString('latin1', DESCRIPTOR_AT + 1, DESCRIPTOR_AT + 6) !== 'CD001') return null;
  return image.toString('latin1', DESCRIPTOR_AT + 40, DESCRIPTOR_AT + 72).trimEnd();
}

/** Decodes and checks; throws `config_drive` with what is wrong, never with what is in it. */
export async function decodeConfigDrive(text: string): Promise<Buffer> {
  const packed = Buffer.from(text, 'base64');
  const image = packed.subarray(0, 2).equals(GZIP_MAGIC) ? await unpack(packed) : packed;
  if (image.length > CONFIG_DRIVE_BYTES) throw tooLarge();
  const label = isoLabel(image);
  if (label === null) throw refuse('it is not an ISO 9660 image');
  if (label.toLowerCase() !== LABEL) throw refuse(`its label is "${label}" and must be "${LABEL}"`);
  return image;
}

async function unpack(packed: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: CONFIG_DRIVE_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw refuse(`it cannot be unpacked: ${reasonOf(error)}`);
  }
}

function refuse(why: string): AgentError {
  return new AgentError('config_drive', `the config drive is refused: ${why}`);
}

function tooLarge(): AgentError {
  return refuse(`it is larger than ${CONFIG_DRIVE_BYTES / MIB} MiB`);
}
