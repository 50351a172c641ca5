/** Which keys of `driver_info` are masked: all that Ironic masks, by oslo.utils' list. */
import { expect, test } from 'vitest';
import { isSecretKey } from '../src/secret-words.ts';

const OSLO = [
  'adminPass',
  'admin_pass',
  'password',
  'admin_password',
  'auth_token',
  'new_pass',
  'auth_password',
  'secret_uuid',
  'secret',
  'sys_pswd',
  'token',
  'configdrive',
  'CHAPPASSWORD',
  'encrypted_key',
  'private_key',
  'fernetkey',
  'sslkey',
  'passphrase',
  'cephclusterfsid',
  'octaviaheartbeatkey',
  'rabbitcookie',
  'cephmanilaclientkey',
  'pacemakerremoteauthkey',
  'designaterndckey',
  'cephadminkey',
  'heatauthencryptionkey',
  'cephclientkey',
  'keystonecredential',
  'barbicansimplecryptokek',
  'cephrgwkey',
  'swifthashsuffix',
  'migrationsshkey',
  'cephmdskey',
  'cephmonkey',
  'chapsecret',
];

test.each(OSLO)('%s is a secret', (key) => {
  expect([key, `ilo_${key}`].map(isSecretKey)).toEqual([true, true]);
});

test.each(['redfish_address', 'redfish_username', 'ipmi_port', 'bypass', 'public_key', 'sort_key', 'rack'])(
  '%s is none',
  (key) => {
    expect(isSecretKey(key)).toBe(false);
  },
);
