import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/agent/base/run.ts';
import type { Disk } from '../../src/agent/disk/disk.ts';
import { eraseDevices, eraseExpress } from '../../src/agent/disk/erase.ts';
import { type EraseSettings, eraseSettingsOf } from '../../src/agent/disk/erase-settings.ts';
import { fileDisk, tempFolder } from './support/disks.ts';
import { hurryingClock } from './support/machine.ts';

const SIZE = 1 << 20;
/** A file by the device's name: programs are not run here, and never on a device. */
function disk(name: string, more: Partial<Disk> = {}): Disk {
  const path = join(tempFolder(), name);
  writeFileSync(path, Buffer.alloc(SIZE));
  return { ...fileDisk(SIZE), ...more, name: path };
}

type Answers = Readonly<Record<string, string | number | readonly string[]>>;

/** Programs by the beginning of their command line: what they say, or the code that they end with. */
function programs(answers: Answers = {}): { readonly run: Run; readonly calls: string[] } {
  const calls: string[] = [];
  const seen = new Map<string, number>();
  const run: Run = async (program, args) => {
    const line = [program, ...args].join(' ');
    calls.push(line);
    const key = Object.keys(answers).find((one) => line.startsWith(one));
    const answer = key === undefined ? '' : answers[key];
    if (typeof answer === 'number') return { code: answer, stdout: '', stderr: 'it failed' };
    if (answer === undefined || typeof answer === 'string')
      return { code: 0, stdout: answer ?? '', stderr: '' };
    const times = seen.get(line) ?? 0;
    seen.set(line, times + 1);
    return { code: 0, stdout: answer[times] ?? '', stderr: '' };
  };
  return { run, calls };
}

async function erase(
  one: Disk,
  given: { readonly answers?: Answers; readonly settings?: Partial<EraseSettings>; readonly express?: true },
): Promise<readonly string[]> {
  const { run, calls } = programs(given.answers);
  const settings = { ...eraseSettingsOf({}), ...given.settings };
  const how = given.express === true ? eraseExpress : eraseDevices;
  const tools = { run, clock: hurryingClock(), say: () => undefined, settings, onProgress: () => undefined };
  await how([one], tools);
  const commands = ['nvme', 'blkdiscard', 'shred', 'sh ', 'wipefs'];
  return calls
    .filter((line) => commands.some((command) => line.startsWith(command)))
    .map((line) => line.replaceAll(one.name, basename(one.name)));
}

const idCtrl = (abilities: object): Answers => ({ 'nvme id-ctrl': JSON.stringify(abilities) });

const NVME = (): Disk => disk('nvme0n1', { rotational: false });

describe('an NVMe disk', () => {
  it.each([
    ['throws its key away where it can', { oacs: 2, fna: 4 }, 'nvme format nvme0n1 --ses=2 --force'],
    ['erases its blocks where it has no key', { oacs: 2, fna: 0 }, 'nvme format nvme0n1 --ses=1 --force'],
  ])('%s', async (_name, abilities, command) => {
    expect(await erased(idCtrl(abilities))).toEqual([ID_CTRL, command]);
  });

  it('without the format command is sanitized, and waited for', async () => {
    const log = ['100 2', '40000 2', '65535 1'];
    const answers = { ...idCtrl({ oacs: 0, fna: 0, sanicap: 2 }), 'sh -c nvme sanitize-log': log };
    const [, sanitize, ...polls] = await erased(answers);
    expect(sanitize).toBe('nvme sanitize nvme0n1 --sanact=2');
    expect(polls).toHaveLength(3);
  });

  it('that fails to erase itself fails the step: what stays on it is not known', async () => {
    const answers = { ...idCtrl({ oacs: 2 }), 'nvme format': 1 };
    await expect(erased(answers)).rejects.toThrow(
      /not erased: \S+nvme0n1: the disk could not erase itself: nvme format/,
    );
    const failed = { ...idCtrl({ sanicap: 1 }), 'sh -c': ['0 3'] };
    await expect(erased(failed)).rejects.toThrow('its sanitize log has the status 3');
  });

  it.each([
    ['that cannot erase itself', { answers: idCtrl({}) }],
    ['that does not say what it can', { answers: { 'nvme id-ctrl': 1 } }],
    ['that shall not erase itself', { answers: idCtrl({ oacs: 2 }), settings: { nvmeSecureErase: false } }],
    [
      'that failed, where that does not matter',
      { answers: { ...idCtrl({ oacs: 2 }), 'nvme format': 1 }, settings: { overwriteAfterFailure: true } },
    ],
  ])('%s is overwritten', async (_name, given) => {
    const calls = await erase(NVME(), given);
    expect(calls.slice(-2)).toEqual([
      'shred -f -n 1 nvme0n1',
      `blkdiscard --force --zeroout --offset 0 --length ${SIZE} nvme0n1`,
    ]);
  });

  it('in a hurry erases itself too', async () => {
    expect(await erase(NVME(), { answers: idCtrl({ oacs: 2 }), express: true })).toEqual([
      ID_CTRL,
      'nvme format nvme0n1 --ses=1 --force',
    ]);
  });

  const ID_CTRL = 'nvme id-ctrl nvme0n1 --output-format=json';
  const erased = (answers: Answers): Promise<readonly string[]> => erase(NVME(), { answers });
});

describe('any other disk', () => {
  it('is asked for a secure discard when it does not turn, and overwritten when it refuses', async () => {
    const ssd = disk('sda', { rotational: false });
    expect(await erase(ssd, {})).toEqual(['blkdiscard --force --secure sda']);
    const refused = await erase(ssd, { answers: { 'blkdiscard --force --secure': 1 } });
    expect(refused).toContain('shred -f -n 1 sda');
  });

  it('is overwritten as often as asked, with zeros at the end or without', async () => {
    const hdd = disk('sdb', { rotational: true });
    const settings = { passes: 3, zeroize: false };
    expect(await erase(hdd, { settings })).toEqual(['shred -f -n 3 sdb']);
    expect(await erase(hdd, { settings: { passes: 0 } })).toEqual([
      `blkdiscard --force --zeroout --offset 0 --length ${SIZE} sdb`,
    ]);
    await expect(erase(hdd, { settings: { passes: 0, zeroize: false } })).rejects.toThrow(
      'nothing would be erased',
    );
  });

  it('that cannot be written to fails the step, unless it may be left alone', async () => {
    const readOnly = disk('sdc', { readOnly: true });
    await expect(erase(readOnly, {})).rejects.toThrow('sdc cannot be written to, and so keeps its data');
    expect(await erase(readOnly, { settings: { skipReadOnly: true } })).toEqual([]);
  });
});

describe('the settings of erasing', () => {
  it('are Ironic’s, and what has another shape is the default', () => {
    const info = {
      agent_erase_devices_iterations: 0,
      agent_erase_devices_zeroize: 'no',
      agent_enable_nvme_secure_erase: false,
      agent_continue_if_secure_erase_failed: true,
      agent_erase_skip_read_only: true,
    };
    expect(eraseSettingsOf({ driver_internal_info: info })).toEqual({
      passes: 0,
      zeroize: true,
      nvmeSecureErase: false,
      overwriteAfterFailure: true,
      skipReadOnly: true,
    });
    expect(eraseSettingsOf({ driver_internal_info: { agent_erase_devices_iterations: -1 } }).passes).toBe(1);
  });
});
