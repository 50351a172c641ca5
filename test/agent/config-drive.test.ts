import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeConfigDrive, isoLabel } from '../../src/agent/disk/config-drive.ts';
import { MIB } from '../../src/agent/disk/disk.ts';
import { configDriveText } from './support/images.ts';

describe('a config drive', () => {
  it.each(['config-2', 'CONFIG-2'])('with the label %s is taken', async (label) => {
    expect(isoLabel(await decodeConfigDrive(configDriveText(label)))).toBe(label);
  });

  it.each<[string, string, RegExp]>([
    ['another label', configDriveText('cidata'), /its label is "cidata" and must be "config-2"/],
    ['no ISO 9660 image', gzipSync('hello').toString('base64'), /it is not an ISO 9660 image/],
    ['nothing in it', '', /it is not an ISO 9660 image/],
    ['a broken archive', configDriveText('config-2').slice(0, 60), /it cannot be unpacked/],
    ['more than 64 MiB unpacked', configDriveText('config-2', 64 * MIB + 1), /larger than 64 MiB/],
  ])('with %s is refused', async (_, text, sentence) => {
    await expect(decodeConfigDrive(text)).rejects.toThrow(sentence);
  });
});
