/** What ingot says of a ramdisk by the mark that its recipe left. */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { agentMark, createRamdiskJudge, MARK_FILE } from '../../src/daemon/ramdisk-mark.ts';
import { makeRamdisk } from '../rig/daemon.ts';

const PROJECT = join(import.meta.dirname, '../..');

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-mark-'));
});
afterEach(() => rm(dir, { recursive: true }));

const judge = async (boot: object = {}): Promise<readonly string[]> => {
  const config = configSchema.parse({ state_dir: dir, networks: [], boot: { ramdisk_dir: 'r', ...boot } });
  return (await createRamdiskJudge(config))();
};

test('the mark is the one that the recipe makes of the same sources', async () => {
  const script = '. boot-assets/recipe.sh; work=$1; hash_of agent src/agent';
  const made = spawnSync('sh', ['-c', script, 'sh', dir], { cwd: PROJECT, encoding: 'utf8' });
  expect(made.stdout.trim()).toMatch(/^[0-9a-f]{16}$/);
  expect(await agentMark()).toBe(made.stdout.trim());
});

test('changes with each file of the agent, and is not to be had without its sources', async () => {
  const sources = join(dir, 'agent');
  await cp(join(PROJECT, 'src/agent'), sources, { recursive: true });
  expect(await agentMark(sources)).toBe(await agentMark());
  await writeFile(join(sources, 'more.ts'), '');
  expect(await agentMark(sources)).not.toBe(await agentMark());
  expect(await agentMark(join(dir, 'none'))).toBeNull();
});

test.each<[string, { mark: string | null; boot?: object }, RegExp | null]>([
  ['of this ingot', { mark: 'ours' }, null],
  [
    'of another ingot',
    { mark: '0123456789abcdef' },
    /was built with the agent of another version of ingot.*npm run ramdisk/,
  ],
  ['without a mark', { mark: null }, /does not say which agent is in it.*npm run ramdisk/],
  ['without a mark, where others are allowed', { mark: null, boot: { upstream_agents: true } }, null],
])('a ramdisk %s is judged so', async (_what, { mark, boot }, said) => {
  const ramdisk = await makeRamdisk(join(dir, 'r'));
  if (mark === null) await unlink(join(ramdisk, MARK_FILE));
  else if (mark !== 'ours') await writeFile(join(ramdisk, MARK_FILE), `${mark}\n`);
  const sentences = await judge(boot);
  if (said === null) expect(sentences).toEqual([]);
  else expect(sentences).toEqual([expect.stringMatching(said)]);
});

test('the ramdisk for ARM64 machines is judged beside the other, and has a command of its own', async () => {
  await makeRamdisk(join(dir, 'r'));
  const folder = await makeRamdisk(join(dir, 'r/arm64'));
  expect(await judge()).toEqual([]);
  await writeFile(join(folder, MARK_FILE), 'of old\n');
  expect(await judge()).toEqual([
    expect.stringMatching(
      /^the ramdisk for ARM64 machines in .*\/arm64\/ was built.*npm run ramdisk -- --arch arm64 --into/,
    ),
  ]);
});

test('a ramdisk that is not there is told elsewhere, and one that is built meanwhile is seen', async () => {
  const config = configSchema.parse({ state_dir: dir, networks: [], boot: { ramdisk_dir: 'r' } });
  const judgeNow = await createRamdiskJudge(config);
  expect(judgeNow()).toEqual([]);
  await unlink(join(await makeRamdisk(join(dir, 'r')), MARK_FILE));
  expect(judgeNow()).toHaveLength(1);
  await makeRamdisk(join(dir, 'r'));
  expect(judgeNow()).toEqual([]);
});
