import { describe, expect, it } from 'vitest';
import { enterArgv } from '../../src/lab/exec.ts';
import { carriesMark, labEnvironment } from '../../src/lab/processes.ts';
import { lab } from './fixtures.ts';

const enter = (isolation: 'root' | 'user-namespace') =>
  enterArgv({
    lab: { dir: lab.dir, isolation },
    keeper_pid: 4711,
    namespace: 'seed',
    cwd: '/home/me',
    argv: ['ip', 'address'],
  });

describe('a command inside the lab', () => {
  it('goes into the mount namespace of the keeper first and from there into the network namespace', () => {
    expect(enter('root').join(' ')).toBe(
      'nsenter --target 4711 --mount -- ' +
        'sh -c cd "$1" && shift && exec "$@" sh /srv/lab nsenter --net=./netns/seed -- ' +
        'sh -c cd "$1" && shift && exec "$@" sh /home/me ip address',
    );
  });

  it('goes through the user namespace too where the lab belongs to a user', () => {
    expect(enter('user-namespace').slice(0, 6)).toEqual([
      'nsenter',
      '--target',
      '4711',
      '--mount',
      '--user',
      '--preserve-credentials',
    ]);
  });

  it('carries the mark of its lab, by which `lab down` knows it, and nothing else does', () => {
    const env = labEnvironment(lab, { HOME: '/root' });
    const environ = Object.entries(env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join('');
    expect(carriesMark(environ, lab.id)).toBe(true);
    expect(carriesMark(environ, 'f'.repeat(32))).toBe(false);
    expect(carriesMark(`NOTE=INGOT_LAB=${lab.id}\0`, lab.id)).toBe(false);
    expect(carriesMark('', lab.id)).toBe(false);
  });
});
