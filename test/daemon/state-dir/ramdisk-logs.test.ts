import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRamdiskLogs } from '../../../src/daemon/state-dir/ramdisk-logs.ts';
import type { RamdiskLogs } from '../../../src/lifecycle/ramdisk-logs/ramdisk-logs.ts';
import { stoppedClock } from '../../store/temporary-store.ts';

const NODE = '9174949b-0daa-4f6f-90a7-b8c9b114028d';
const OTHER = '00000000-0000-4000-8000-000000000001';

/** As much of a tar archive as is looked at, with a text in it. */
function archive(text: string): string {
  const tar = Buffer.alloc(10_240);
  tar.write('ustar', 257, 'latin1');
  tar.write(text, 512);
  return gzipSync(tar).toString('base64');
}

type Opened = RamdiskLogs & { readonly dir: string; readonly pass: (ms: number) => void };

async function open(limits: { perNode?: number; totalBytes?: number; dir?: string } = {}): Promise<Opened> {
  const dir = limits.dir ?? mkdtempSync(join(tmpdir(), 'ingot-logs-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  let now = Date.parse('2026-11-23T06:00:00.000Z');
  const clock = { ...stoppedClock(), now: () => now };
  const logs = await openRamdiskLogs({ perNode: 3, totalBytes: 1 << 20, ...limits, dir, clock });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { ...logs, dir, pass };
}

const keep = async (logs: Opened, text = 'hello', nodeUuid = NODE): Promise<string> => {
  logs.pass(1_000);
  const kept = await logs.keep({ nodeUuid, verb: 'clean', base64: archive(text), secrets: ['s3cr3t-word'] });
  return kept.id;
};

describe('the logs of ramdisks', () => {
  it('are kept without secrets, for their owner only, and found again after a restart', async () => {
    const logs = await open();
    const id = await keep(logs, 'the s3cr3t-word, agent_token=abcdef');
    expect(id).toBe('20261123T060001000Z-clean');
    const read = gunzipSync((await logs.read(NODE, id)) ?? Buffer.alloc(0)).toString('latin1');
    expect(read).toContain('the ***********, agent_token=******');
    expect(statSync(join(logs.dir, NODE, `${id}.tar.gz`)).mode & 0o777).toBe(0o600);
    const [before] = logs.list(NODE);
    const again = await open({ dir: logs.dir });
    expect(again.list(NODE)).toEqual([before]);
    expect(before).toMatchObject({ id, at: '2026-11-23T06:00:01.000Z', verb: 'clean' });
  });

  it('are the newest few of each node', async () => {
    const logs = await open({ perNode: 2 });
    const ids = [await keep(logs), await keep(logs), await keep(logs)];
    await keep(logs, 'x', OTHER);
    expect(logs.list(NODE).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(readdirSync(join(logs.dir, NODE))).toHaveLength(2);
    expect(await logs.read(NODE, ids[0] ?? '')).toBeNull();
  });

  it('take no more room than they may: the oldest give way, the newest stays', async () => {
    const logs = await open({ perNode: 100, totalBytes: 200 });
    for (let count = 0; count < 10; count++) await keep(logs, `${count}`, count % 2 === 0 ? NODE : OTHER);
    const left = [...logs.list(NODE), ...logs.list(OTHER)];
    expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200);
    expect(left.map(({ at }) => at)).toContain('2026-11-23T06:00:10.000Z');
    const tiny = await open({ totalBytes: 1 });
    await keep(tiny);
    expect(tiny.list(NODE)).toHaveLength(1);
  });

  it('are not kept at all where none of a node may be', async () => {
    expect((await open({ perNode: 0 })).keeps).toBe(false);
    expect((await open({ perNode: 1 })).keeps).toBe(true);
  });

  it('go with their node', async () => {
    const logs = await open();
    await keep(logs);
    await logs.forget(NODE);
    expect(logs.list(NODE)).toEqual([]);
    expect(existsSync(join(logs.dir, NODE))).toBe(false);
  });

  it.each([
    ['no gzip', Buffer.from('hello').toString('base64'), /cannot be unpacked/],
    ['no tar', gzipSync('hello').toString('base64'), /no tar archive/],
    [
      'larger unpacked than may be',
      gzipSync(Buffer.alloc(17 << 20)).toString('base64'),
      /cannot be unpacked/,
    ],
    ['too large as they come', Buffer.alloc(9 << 20).toString('base64'), /bytes of logs, more than/],
  ])('that are %s are refused', async (_, base64, sentence) => {
    const logs = await open();
    await expect(logs.keep({ nodeUuid: NODE, verb: 'clean', base64, secrets: [] })).rejects.toThrow(sentence);
    expect(logs.list(NODE)).toEqual([]);
  });

  it('of a daemon that was killed as it wrote them are thrown away; foreign files stay', async () => {
    const logs = await open();
    const id = await keep(logs);
    writeFileSync(join(logs.dir, NODE, `${id}.tar.gz.new`), 'half');
    writeFileSync(join(logs.dir, NODE, 'notes.txt'), 'mine');
    const again = await open({ dir: logs.dir });
    expect(again.list(NODE)).toHaveLength(1);
    expect(readdirSync(join(logs.dir, NODE)).sort()).toEqual([`${id}.tar.gz`, 'notes.txt']);
  });

  it('are read by their ids only', async () => {
    const logs = await open();
    const id = await keep(logs);
    expect(await logs.read(NODE, `../${NODE}/${id}`)).toBeNull();
  });
});
