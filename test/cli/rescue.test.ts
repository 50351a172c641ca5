import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askSecret } from '../../src/cli/ask-secret.ts';
import { aNode, NODE } from '../api/fixtures.ts';
import { daemonFixture, runNode } from './fixtures.ts';

const asks = (...answers: string[]): { readonly askSecret: () => Promise<string> } => ({
  askSecret: async () => answers.shift() ?? '',
});

test('the password of a rescue comes from a file', async () => {
  const { node, store, lifecycle, folder } = await daemonFixture();
  await store.nodes.insert(aNode());
  writeFileSync(join(folder, 'password'), 'open sesame\n');
  expect(await node('rescue', 'rack1-07', '--password-file', join(folder, 'password'))).toMatchObject({
    code: 0,
    err: '',
  });
  expect(lifecycle.asked).toEqual([
    { method: 'requestVerb', arguments: [NODE, { verb: 'rescue', rescuePassword: 'open sesame' }] },
  ]);
});

test('without a file it is asked for at the terminal, twice', async () => {
  const { url, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  const ran = await runNode(['rescue', 'rack1-07'], url, asks('open sesame', 'open sesame'));
  expect(ran.code).toBe(0);
  expect(lifecycle.asked[0]?.arguments[1]).toEqual({ verb: 'rescue', rescuePassword: 'open sesame' });
});

test.each([
  { name: 'two that differ', asking: asks('one', 'two'), says: 'The two differ: nothing was changed' },
  {
    name: 'no terminal',
    asking: {},
    says: 'There is no terminal to ask for the password: give --password-file',
  },
])('$name ask for no rescue', async ({ asking, says }) => {
  const { url, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  const { code, err } = await runNode(['rescue', 'rack1-07'], url, asking);
  expect(code).toBe(2);
  expect(err).toContain(says);
  expect(lifecycle.asked).toEqual([]);
});

test('a password as a word of the command line is refused', async () => {
  const { node, lifecycle } = await daemonFixture();
  expect(await node('rescue', 'rack1-07', '--password', 'secret')).toMatchObject({ code: 2 });
  expect(lifecycle.asked).toEqual([]);
});

test('unrescue asks for just that', async () => {
  const { node, store, lifecycle } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node('unrescue', 'rack1-07')).code).toBe(0);
  expect(lifecycle.asked).toEqual([{ method: 'requestVerb', arguments: [NODE, { verb: 'unrescue' }] }]);
});

test('what is typed at the terminal is not shown', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answer = askSecret('Password: ', { input, output });
  input.write('open sesame\r');
  expect(await answer).toBe('open sesame');
  expect(String(output.read())).toBe('Password: \n');
});

test('Ctrl-C at the question changes nothing', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answer = askSecret('Password: ', { input, output });
  input.write('\u0003');
  await expect(answer).rejects.toThrow('Nothing was given');
});
