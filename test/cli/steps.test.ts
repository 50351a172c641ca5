import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aNode, NODE } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

test.each([
  {
    words: ['clean', 'rack1-07', '--step', 'deploy.erase_devices', '--step', 'hold'],
    asked: {
      verb: 'clean',
      steps: [
        { interface: 'deploy', step: 'erase_devices', args: {} },
        { interface: null, step: 'hold', args: {} },
      ],
    },
  },
  {
    words: ['service', 'rack1-07', '--step', 'reboot'],
    asked: { verb: 'service', steps: [{ interface: null, step: 'reboot', args: {} }] },
  },
  { words: ['adopt', 'rack1-07'], asked: { verb: 'adopt' } },
  { words: ['unhold', 'rack1-07'], asked: { verb: 'unhold' } },
])('$words asks for just that', async ({ words, asked }) => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node(...words)).code).toBe(0);
  expect(lifecycle.asked).toEqual([{ method: 'requestVerb', arguments: [NODE, asked] }]);
});

test('steps come from a file too, with their arguments', async () => {
  const { node, store, lifecycle, folder } = await daemonFixture();
  await store.nodes.insert(aNode());
  const file = join(folder, 'steps.json');
  writeFileSync(file, JSON.stringify([{ step: 'wait', args: { seconds: 5 } }]));
  expect((await node('clean', 'rack1-07', '--steps', file)).code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({
    verb: 'clean',
    steps: [{ interface: null, step: 'wait', args: { seconds: 5 } }],
  });
});

test.each([
  { words: ['clean', 'rack1-07'], says: 'Give --step, --steps FILE or --runbook NAME' },
  { words: ['clean', 'rack1-07', '--steps', '/nowhere.json'], says: 'Cannot read /nowhere.json' },
  { words: ['clean', 'rack1-07', '--steps', '/dev/zero'], says: '/dev/zero is larger than 16 MiB' },
  { words: ['clean', 'rack1-07', '--steps', 'package.json'], says: 'package.json holds no list of steps' },
])('$words is refused: $says', async ({ words, says }) => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  const { code, err } = await node(...words);
  expect(code).not.toBe(0);
  expect(err).toContain(says);
});

test('a runbook takes the place of the steps', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode({ traits: ['CUSTOM_BOOK'] }));
  const step = { interface: 'deploy', step: 'erase_devices', args: {} };
  await store.stepLists.insert({
    uuid: NODE,
    kind: 'runbook',
    name: 'CUSTOM_BOOK',
    steps: [{ ...step, rank: 1 }],
    extra: {},
    disable_ramdisk: false,
    public: false,
    owner: null,
  });
  expect((await node('service', 'rack1-07', '--runbook', 'CUSTOM_BOOK')).code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({ verb: 'service', steps: [step] });
});

test.each([
  { words: ['clean', 'rack1-07', '--step', 'hold'], state: 'clean hold' },
  { words: ['service', 'rack1-07', '--step', 'hold'], state: 'service hold' },
  { words: ['undeploy', 'rack1-07'], state: 'clean hold' },
  { words: ['rebuild', 'rack1-07'], state: 'deploy hold' },
  { words: ['unhold', 'rack1-07'], state: 'clean hold' },
] as const)('$words.0 --wait ends at a hold, and says the ways on', async ({ words, state }) => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode({ provision_state: state }));
  await store.jobs.insert({ node_uuid: NODE, verb: 'clean', steps: [{ name: 'hold', args: {} }] });
  const { code, err } = await node(...words, '--wait');
  expect(code).toBe(1);
  expect(err).toContain(
    `ingot: rack1-07 is held ("${state}"): its job is not done\n` +
      '`ingot node unhold rack1-07` lets its job go on, `ingot node abort rack1-07` ends it.\n',
  );
});

test('work without the ramdisk is asked for as that', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  await node('clean', 'rack1-07', '--step', 'reboot', '--without-ramdisk');
  expect(lifecycle.asked[0]?.arguments[1]).toMatchObject({ verb: 'clean', withoutRamdisk: true });
});
