import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aNode } from '../api/fixtures.ts';
import { daemonFixture, runIn } from './fixtures.ts';

const STEP = { interface: 'raid', step: 'tune', args: { level: 1 } };

async function withFile(steps: readonly object[]) {
  const fixture = await daemonFixture();
  const file = join(fixture.folder, 'steps.json');
  writeFileSync(file, JSON.stringify(steps));
  const ingot = (group: string, ...words: readonly string[]) => runIn(group, words, fixture);
  return { ...fixture, file, ingot };
}

test.each([
  { group: 'template', kind: 'deploy_template', rank: 'priority', title: 'deploy template' },
  { group: 'runbook', kind: 'runbook', rank: 'order', title: 'runbook' },
] as const)('a $title is added, listed, shown and deleted', async ({ group, kind, rank, title }) => {
  const { ingot, file, store } = await withFile([{ ...STEP, [rank]: 70 }]);
  expect((await ingot(group, 'add', 'CUSTOM_A', file)).out).toBe(`The ${title} CUSTOM_A has 1 steps.\n`);
  expect((await store.stepLists.find(kind, 'CUSTOM_A'))?.steps).toEqual([{ ...STEP, rank: 70 }]);
  expect((await ingot(group, 'list')).out).toContain('raid.tune');
  expect((await ingot(group, 'show', 'CUSTOM_A')).out).toMatch(/70 +raid\.tune +\{"level":1\}/);
  expect((await ingot(group, 'delete', 'CUSTOM_A')).code).toBe(0);
  expect((await ingot(group, 'list')).out).toBe(`No ${title}s.\n`);
  const missing = await ingot(group, 'show', 'CUSTOM_A');
  expect({ code: missing.code, err: missing.err }).toMatchObject({
    code: 1,
    err: expect.stringContaining('CUSTOM_A could not be found'),
  });
});

test('node deploy takes steps from a file', async () => {
  const { node, file, store, lifecycle } = await withFile([{ ...STEP, priority: 70 }]);
  await store.nodes.insert(aNode());
  const image = ['--image', 'http://images/a.raw', '--checksum', `sha256:${'a'.repeat(64)}`];
  expect((await node('deploy', 'rack1-07', ...image, '--steps', file)).code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({
    verb: 'active',
    deploySteps: [{ ...STEP, priority: 70 }],
  });
});

test('node deploy takes what a machine boots from the network', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  const words = ['--kernel', 'http://i/vmlinuz', '--ramdisk', 'http://i/initrd', '--kernel-args', 'quiet'];
  expect((await node('deploy', 'rack1-07', ...words)).code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({
    deployment: { kernel: 'http://i/vmlinuz', ramdisk: 'http://i/initrd', kernel_append_params: 'quiet' },
  });
});
