/** Our password hashes beside those of openssl and of libc's own crypt(3), by Debian's Python. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { hashPassword, PASSWORD_HASHES } from '../../../src/lifecycle/rescue/sha-crypt.ts';

const PASSWORDS = ['x', 'Größe 42', 'a'.repeat(31), 'b'.repeat(32), 'c'.repeat(64), 'd'.repeat(200)];
const CRYPT = 'import crypt, sys; print(crypt.crypt(sys.stdin.buffer.read().decode(), sys.argv[1]))';

const answerOf = (input: string, program: string, ...args: readonly string[]): string =>
  execFileSync(program, [...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }).trim();

describe.each(PASSWORD_HASHES)('the %s hash of a password', (hash) => {
  it.each(PASSWORDS)('"%s": is what openssl and libc make of it with the same salt', (password) => {
    const ours = hashPassword(password, hash);
    const [, kind = '', salt = ''] = ours.split('$');
    expect(answerOf(password, 'openssl', 'passwd', `-${kind}`, '-salt', salt, '-stdin')).toBe(ours);
    expect(answerOf(password, '/usr/bin/python3', '-c', CRYPT, `$${kind}$${salt}$`)).toBe(ours);
  });
});
