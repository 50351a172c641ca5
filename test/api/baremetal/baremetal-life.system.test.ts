/**
 * The whole life of a node on pretended hardware, by Debian's `baremetal` alone against the daemon as it is installed;
 * in the end every command that it has was used.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../../rig/daemon.ts';
import { freePorts } from '../../rig/ports.ts';
import { EXCUSED, LIFE } from './baremetal-life.ts';
import { startBaremetalShell } from './baremetal-shell.ts';

const PASSWORD = 'open sesame';

test.each([
  { auth: 'none', login: ['--os-auth-type', 'none'] },
  {
    auth: 'basic',
    login: ['--os-auth-type', 'http_basic', '--os-username', 'alice', '--os-password', PASSWORD],
  },
])(
  'a node lives from create to delete by baremetal alone, auth: $auth',
  { timeout: 170_000 },
  async ({ auth, login }) => {
    const dir = await mkdtemp(join(tmpdir(), 'ingot-life-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const htpasswd = join(dir, 'htpasswd');
    expect(spawnSync('htpasswd', ['-ciB', '-C', '4', htpasswd, 'alice'], { input: PASSWORD }).status).toBe(0);
    const { port } = await freePorts('port');
    const api = { listen: `127.0.0.1:${port}`, auth, ...(auth === 'basic' ? { htpasswd } : {}) };
    const daemon = await startDaemon({ dir, config: { api, networks: [] } });
    onTestFinished(async () => void (await daemon.stop()));
    const shell = startBaremetalShell(['--os-endpoint', `http://127.0.0.1:${port}`, ...login], dir);
    onTestFinished(() => shell.stop());

    const kept = new Map<string, string>();
    for (const { words, says, fails, keeps } of LIFE) {
      const filled = words.replace(/<(\w+)>/g, (_, name: string) => kept.get(name) ?? name);
      const { code, out, err } = await shell.run(filled.split(' '));
      const said = `${words}\n${out}${err}`;
      if (fails !== undefined) expect(said).toContain(fails);
      expect([code === 0, said]).toEqual([fails === undefined, said]);
      if (typeof says === 'string') expect(said).toContain(says);
      else if (says !== undefined) expect(JSON.parse(out)).toMatchObject(says);
      if (keeps !== undefined) kept.set(keeps, JSON.parse(out).uuid);
    }

    const help = await shell.run(['help']);
    const commands = [...help.out.matchAll(/^ {2}((?:[a-z]+ )+) +\S/gm)].map(([, name = '']) => name.trim());
    expect(commands.length).toBeGreaterThan(80);
    const used = (command: string): boolean => LIFE.some(({ words }) => words.startsWith(`${command} `));
    const unused = commands.filter((command) => !used(command) && !EXCUSED.includes(command));
    expect(unused).toEqual([]);
  },
);
