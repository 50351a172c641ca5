import { describe, expect, it } from 'vitest';
import { hashPassword, type PasswordHash, shaCrypt } from '../../../src/lifecycle/rescue/sha-crypt.ts';

/** The vectors of the specification that have 5000 rounds. */
const VECTORS: readonly [PasswordHash, string, string, string][] = [
  ['sha256', 'saltstring', 'Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  [
    'sha512',
    'saltstring',
    'Hello world!',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
];

describe('a password hash', () => {
  it.each(VECTORS)('%s with salt %s: is that of the specification', (hash, salt, password, expected) => {
    expect(shaCrypt(password, { hash, salt })).toBe(expected);
  });

  it('takes 16 characters of a longer salt, as crypt does', () => {
    const long = shaCrypt('word', { hash: 'sha256', salt: 'abcdefghijklmnopqrstuvwxyz' });
    expect(long).toBe(shaCrypt('word', { hash: 'sha256', salt: 'abcdefghijklmnop' }));
  });

  it('has a salt of its own each time', () => {
    expect(hashPassword('same', 'sha256')).not.toBe(hashPassword('same', 'sha256'));
  });
});
