/** `bin/ingot` as its own program, over TCP and over the daemon's Unix socket. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDaemon } from '../../src/cli/address.ts';
import { aNode } from '../api/fixtures.ts';
import { BINARY, daemonFixture, runBinary, temporaryFolder } from './fixtures.ts';

test('it lists nodes over TCP and over the socket, named by option or environment', async () => {
  const { store, url, socketUrl } = await daemonFixture();
  await store.nodes.insert(aNode());
  for (const run of [
    runBinary(['node', 'list', '--url', url]),
    runBinary(['node', 'list', '--url', socketUrl]),
    runBinary(['node', 'list'], { INGOT_URL: socketUrl }),
  ]) {
    const { code, out, err } = await run;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^NAME +UUID +STATE +POWER +NOW\nrack1-07 +9174949b-\S+ +enroll/);
  }
});

test('nothing that the API answers reaches the terminal as more than text; JSON has it whole', async () => {
  const { store, url } = await daemonFixture();
  const description = '\x1b]0;mine\x07\x9b31mred\x1b[0m';
  await store.nodes.insert(
    aNode({ last_error: `no ${description}`, properties: { '\x1b[2J': description } }),
  );
  const shown = await runBinary(['node', 'show', 'rack1-07', '--url', url]);
  expect(shown.out).toMatch(/^last error +no red$/m);
  expect(shown.out).toMatch(/^properties\/ +red$/m);
  const json = await runBinary(['node', 'show', 'rack1-07', '--json', '--url', url]);
  expect(json.out).not.toMatch(/[^\n\P{Cc}]/u);
  expect(JSON.parse(json.out)).toMatchObject({ node: { properties: { '\x1b[2J': description } } });
  const refused = await runBinary(['node', 'show', '\x1b[31mred', '--url', url]);
  expect(refused).toMatchObject({ code: 1, err: expect.not.stringContaining('\x1b') });
});

test('a daemon that is not there is exit code 3, with a hint, also as JSON', async () => {
  const url = `unix://${temporaryFolder()}/ingot.sock`;
  const plain = await runBinary(['node', 'list', '--url', url]);
  expect(plain.code).toBe(3);
  expect(plain.err).toMatch(/No answer from the ingot daemon at unix:\/\/.*\nIs it running/);
  const json = await runBinary(['node', 'list', '--json', '--url', url]);
  expect(json.code).toBe(3);
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'daemon_unreachable' } });
});

test.each([
  { name: 'an unknown word', argv: ['fly'], text: 'There is no command "ingot fly"' },
  { name: 'an option before the command', argv: ['--url', 'x', 'node', 'list'], text: '--url stands before' },
  { name: 'an unknown verb', argv: ['node', 'fly'], text: 'There is no command "ingot node fly"' },
  { name: 'an unknown option', argv: ['node', 'list', '--fly'], text: 'There is no option --fly' },
  { name: 'a missing name', argv: ['node', 'show'], text: 'NAME is missing\n' },
  {
    name: 'a missing second word',
    argv: ['node', 'maintenance', 'rack1-07'],
    text: 'on|off is missing after "rack1-07"\n',
  },
  {
    name: 'two words missing',
    argv: ['node', 'power'],
    text: 'on|off|cycle|soft-off|soft-cycle is missing\n',
  },
  { name: 'a missing word after an option', argv: ['dhcp', 'import'], text: 'ingot: FILE… is missing\n' },
  {
    name: 'a node before its verb',
    argv: ['node', 'rack1-07', 'manage', '--wait'],
    text: 'Is `ingot node manage rack1-07 --wait` meant?',
  },
  { name: 'a missing value', argv: ['node', 'set', 'rack1-07'], text: 'FIELD=VALUE is missing after' },
  {
    name: 'a bad address',
    argv: ['node', 'list', '--url', 'ftp://x'],
    text: '"ftp://x" is not the address of an API',
  },
])('$name is exit code 2', async ({ argv, text }) => {
  const { code, err } = await runBinary(argv);
  expect(code).toBe(2);
  expect(err).toContain(text);
});

test('help and version need no daemon', async () => {
  const help = await runBinary(['help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toContain('ingot serve --config FILE');
  expect((await runBinary(['version'])).out).toBe('ingot 0.1.0\n');
  expect(JSON.parse((await runBinary(['version', '--json'])).out)).toEqual({ version: '0.1.0' });
  expect(await runBinary(['version', '--help'])).toMatchObject({ code: 0, err: '' });
  expect((await runBinary(['node', 'deploy', '--help'])).out).toContain('--checksum ALGO:HEX');
});

test('a copy that is not installed says what to run, whatever Node the machine has', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  copyFileSync(BINARY, join(folder, 'bin/ingot'));
  writeFileSync(join(folder, 'node'), '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const run = (): string =>
    spawnSync(join(folder, 'bin/ingot'), ['node', 'list'], { env, encoding: 'utf8' }).stderr;
  const told = `this machine's own: v20.20.2)\nRun \`npm ci --omit=dev\` in ${folder}.\n`;
  expect(run()).toContain(told);
  mkdirSync(join(folder, 'node_modules'));
  expect(run()).toContain(told);
});

test('a BMC password comes from a file and never stands in the arguments', async () => {
  const { code, err } = await runBinary([
    'node',
    'enroll',
    '--name',
    'x',
    '--bmc',
    'https://b',
    '--password',
    'hunter2',
  ]);
  expect(code).toBe(2);
  expect(err).not.toContain('hunter2');
});

test('without an address the socket of this machine is taken when nobody listens on the port', async () => {
  const { url, socketUrl, folder } = await daemonFixture();
  const socket = `${folder}/ingot.sock`;
  const dead = 'http://127.0.0.1:9';
  const find = (defaultUrl: string, at: string) =>
    findDaemon({ url: null, env: {}, file: null, defaults: { url: defaultUrl, socket: at } });
  expect(await find(dead, socket)).toBe(socketUrl);
  expect(await find(url, socket)).toBe(url);
  expect(await find(dead, `${folder}/none.sock`)).toBe(dead);
});
