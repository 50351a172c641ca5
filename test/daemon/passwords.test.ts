/** `auth: basic`: the file of users, and checking passwords without holding anybody up. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PasswordVerdict } from '../../src/api/login/login.ts';
import { parseHtpasswd } from '../../src/daemon/passwords/htpasswd.ts';
import { createPasswordChecks } from '../../src/daemon/passwords/password-checks.ts';
import { createPasswordFile, type PasswordFile } from '../../src/daemon/passwords/password-file.ts';

/** Published vectors (crypt_blowfish): the password is U*U. */
const HASH = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const line = (user: string, variant = '2y', cost = '05'): string => `${user}:$${variant}$${cost}$${HASH}`;

describe('the file of users', () => {
  test('has a name and a bcrypt hash on each line, in all the spellings that Ironic takes', () => {
    const text = `# ours\n${line('a', '2a')}\r\n  ${line('b', '2b')}\n\n${line('c')}\n${line('a', '2y', '06')}\n`;
    const { users, problems } = parseHtpasswd(text);
    expect(problems).toEqual([]);
    expect([...users.keys()]).toEqual(['a', 'b', 'c']);
    expect(users.get('a')).toMatch(/^\$2a\$05/);
  });

  test.each([
    ['ops:$apr1$x$y', 'has no bcrypt hash'],
    ['ops:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'has no bcrypt hash'],
    [line('ops', '2x'), 'has no bcrypt hash'],
    [`ops:$2y$05$${HASH.slice(1)}`, 'has no bcrypt hash'],
    [line('ops', '2y', '31'), 'cost 31; from 4 to 14 are taken'],
    [line('ops', '2y', '03'), 'cost 3; from 4 to 14 are taken'],
    ['ops', 'is not NAME:HASH'],
    [':x', 'is not NAME:HASH'],
  ])('%s is no user, and is told without its hash', (text, says) => {
    const { users, problems } = parseHtpasswd(`\n${text}\n`);
    expect(users.size).toBe(0);
    expect(problems).toEqual([{ line: 2, sentence: expect.stringContaining(says) }]);
    expect(JSON.stringify(problems)).not.toContain('W6ph5');
    expect(JSON.stringify(problems)).not.toContain(HASH.slice(1));
  });
});

type Asked = (user: string, password: string | Buffer, from?: string) => Promise<PasswordVerdict>;

function checking(text: string): { ask: Asked; file: PasswordFile; path: string; problems: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'ingot-htpasswd-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'htpasswd');
  writeFileSync(path, text);
  const problems: string[] = [];
  const file = createPasswordFile({ path, onProblem: (sentence) => problems.push(sentence) });
  const checks = createPasswordChecks(file);
  onTestFinished(() => checks.stop());
  const ask: Asked = (user, password, from = '10.0.0.1') =>
    checks.check({ user, password: Buffer.from(password), from });
  return { ask, file, path, problems };
}

describe('a password', () => {
  test.each(['2a', '2b', '2y'])('is right or wrong by a $%s$ hash', async (variant) => {
    const { ask } = checking(line('ops', variant));
    expect(await ask('ops', 'U*U')).toBe('right');
    expect(await ask('ops', 'U*U')).toBe('right');
    expect(await ask('ops', 'U*V')).toBe('wrong');
    expect(await ask('ops', '')).toBe('wrong');
    // Of a C string the rest would not count.
    expect(await ask('ops', Buffer.from('U*U\0more'))).toBe('wrong');
    // Another’s password is no password of somebody who has none.
    expect(await ask('nobody', 'U*U')).toBe('wrong');
  });

  test('that was changed in the file counts at once, and the old one no more', async () => {
    const { ask, file, path, problems } = checking(line('old'));
    expect(await ask('old', 'U*U')).toBe('right');
    writeFileSync(path, `${line('new')}\nbroken\n`);
    expect(await ask('old', 'U*U')).toBe('wrong');
    expect(await ask('new', 'U*U')).toBe('right');
    expect(problems).toEqual([`${path}:2: is not NAME:HASH`]);
    expect(await file.problems()).toEqual(problems);
  });

  test('is checked by the users of before while the file is away, which is told once', async () => {
    const { ask, file, path, problems } = checking(line('ops'));
    expect(await ask('ops', 'U*U')).toBe('right');
    expect(await file.problems()).toEqual([]);
    rmSync(path);
    expect(await ask('ops', 'U*U')).toBe('right');
    expect(await ask('ops', 'x')).toBe('wrong');
    expect(problems).toEqual([expect.stringContaining('nobody new can log in')]);
    expect(problems[0]).toContain(`cannot be read from ${path}`);
    expect(await file.problems()).toEqual(problems);
    writeFileSync(path, line('other'));
    expect(await file.problems()).toEqual([]);
    expect(await ask('ops', 'U*U')).toBe('wrong');
  });

  test('waits its turn in a short queue: a flood is refused, and a quiet address gets through it', async () => {
    const { ask } = checking(line('ops', '2y', '10'));
    const flood = Array.from({ length: 100 }, (_, index) => ask('ops', `guess ${index}`, '10.0.0.66'));
    const quiet = ask('ops', 'U*U', '10.0.0.7');
    // Of cost 10 the published hash is another one: it is wrong, and answered in its turn.
    expect(await quiet).toBe('wrong');
    const verdicts = await Promise.all(flood);
    expect(verdicts.filter((verdict) => verdict === 'busy').length).toBeGreaterThanOrEqual(90);
    expect(verdicts.filter((verdict) => verdict === 'wrong').length).toBeGreaterThan(0);
  });

  test('that is being checked holds up nothing else in this thread', async () => {
    const { ask } = checking(line('ops', '2y', '11'));
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
    }, 1);
    await ask('ops', 'guess');
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});
