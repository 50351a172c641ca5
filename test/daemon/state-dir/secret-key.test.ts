import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSecretKey } from '../../../src/daemon/state-dir/secret-key.ts';

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-key-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

describe('the secret key', () => {
  it('is made at the first start, for the owner only, and is the same at the next', async () => {
    const dir = await folder();
    const key = await loadSecretKey(dir);
    expect(key).toHaveLength(32);
    expect((await stat(join(dir, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await loadSecretKey(dir))).toEqual(Buffer.from(key));
    expect(await readdir(dir)).toEqual(['secret.key']);
  });

  it('is never replaced in silence when it is damaged', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'secret.key'), 'short');
    await expect(loadSecretKey(dir)).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringContaining('5 bytes'),
    });
  });

  it('survives a crash between writing and renaming', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'secret.key.new'), 'half');
    expect(await loadSecretKey(dir)).toHaveLength(32);
  });
});
