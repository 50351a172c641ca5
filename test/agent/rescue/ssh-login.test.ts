import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/agent/base/run.ts';
import { checkHash, hashOf, openLogin } from '../../../src/agent/rescue/ssh-login.ts';
import { tempFolder } from '../support/disks.ts';
import { silentPrograms } from '../support/machine.ts';

const HASH =
  '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1';

describe('the login of a rescue', () => {
  it('is the user rescue with all rights, its shell a valid one, its hash for root’s eyes only', async () => {
    const etcDir = tempFolder();
    writeFileSync(join(etcDir, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const runDir = tempFolder();
    const calls: string[] = [];
    const run: Run = async (program, args) => {
      calls.push([program, ...args].join(' '));
      writeFileSync(join(runDir, 'dropbear.pid'), '77');
      return { code: 0, stdout: '', stderr: '' };
    };
    const tools = { run, etcDir, runDir, sshPort: 2222 };
    await openLogin(HASH, tools);
    await openLogin(HASH, tools);
    const text = (name: string): string => readFileSync(join(etcDir, name), 'utf8');
    expect(text('passwd')).toBe(
      'root:x:0:0:root:/root:/bin/sh\nrescue:x:0:0:rescue:/root:/usr/lib/ingot/rescue-shell\n',
    );
    expect(text('shadow')).toBe(`rescue:${HASH}:::::::\n`);
    expect(text('shells')).toBe('/usr/lib/ingot/rescue-shell\n');
    expect(statSync(join(etcDir, 'shadow')).mode & 0o777).toBe(0o600);
    // The second time its server runs already.
    expect(calls).toEqual([`dropbear -R -p 2222 -P ${join(runDir, 'dropbear.pid')}`]);
  });

  it.each(['', 'plain', '$5$salt$hash:0:0', '$5$salt$hash\nroot::0:0', `$5$salt$${'x'.repeat(300)}`])(
    'takes no "%s" as a hash',
    (text) => {
      expect(() => checkHash(text)).toThrow(/no hash of crypt/);
    },
  );

  it.each(['', 'two\nlines'])('takes no "%s" as a password', async (text) => {
    await expect(hashOf(text, silentPrograms().run)).rejects.toThrow(/is empty, or has more than one line/);
  });

  it('hashes a password that comes as it is, and gives it to no program’s arguments', async () => {
    const inputs: unknown[] = [];
    const hash = await hashOf('as it is', async (program, args, options) => {
      inputs.push([program, ...args, options?.input]);
      return { code: 0, stdout: `${HASH}\n`, stderr: '' };
    });
    expect(hash).toBe(HASH);
    expect(inputs).toEqual([['openssl', 'passwd', '-5', '-stdin', 'as it is']]);
  });
});
