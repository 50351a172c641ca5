import { describe, expect, test } from 'vitest';
import { openBmc } from '../../src/bmc/open-bmc.ts';
import { parseRedfishDriverInfo } from '../../src/bmc/redfish/driver-info.ts';
import type { JsonObject } from '../../src/json.ts';
import { createLog } from '../../src/log.ts';
import { instantClock } from './instant-clock.ts';

const INFO = {
  redfish_address: 'https://10.30.0.11',
  redfish_username: 'admin',
  redfish_password: 'secret-word',
};

describe('reading driver_info', () => {
  test('Ironic’s names, with the defaults: checked TLS, sessions before basic, the only system', () => {
    expect(parseRedfishDriverInfo({ ...INFO, deploy_kernel: 'ignored' })).toEqual({
      address: 'https://10.30.0.11',
      origin: 'https://10.30.0.11',
      systemPath: null,
      credentials: { username: 'admin', password: 'secret-word' },
      verifyCa: true,
      authType: 'auto',
    });
  });

  test.each([
    ['10.30.0.11', 'https://10.30.0.11'],
    ['bmc-7.example:8443', 'https://bmc-7.example:8443'],
    ['http://10.30.0.11:8000/', 'http://10.30.0.11:8000'],
    ['https://10.30.0.11/redfish/v1/', 'https://10.30.0.11'],
    ['https://[fd00::11]', 'https://[fd00::11]'],
  ])('the address %s means %s', (redfish_address, origin) => {
    expect(parseRedfishDriverInfo({ ...INFO, redfish_address }).origin).toBe(origin);
  });

  test.each([
    [true, true],
    [false, false],
    ['True', true],
    ['false', false],
    ['/etc/ingot/bmc-ca.pem', '/etc/ingot/bmc-ca.pem'],
  ])('redfish_verify_ca %s is %s', (redfish_verify_ca, verifyCa) => {
    expect(parseRedfishDriverInfo({ ...INFO, redfish_verify_ca }).verifyCa).toBe(verifyCa);
  });

  test.each<readonly [JsonObject, string]>([
    [{ redfish_address: null }, 'driver_info/redfish_address is missing'],
    [
      { redfish_address: 'ftp://10.30.0.11' },
      'driver_info/redfish_address must begin with https:// or http://',
    ],
    [{ redfish_address: 'https://' }, 'driver_info/redfish_address is no URL'],
    [{ redfish_address: 'https://10.30.0.11/redfish/v1/Systems/1' }, 'belongs to redfish_system_id'],
    [{ redfish_address: 'https://admin:secret-word@10.30.0.11' }, 'must not hold a user name or password'],
    [{ redfish_system_id: '1' }, 'driver_info/redfish_system_id must be the path of the system'],
    [
      { redfish_username: null },
      'driver_info/redfish_username is missing although redfish_password is given',
    ],
    [{ redfish_password: '******' }, 'driver_info/redfish_password is the mask'],
    [
      { redfish_verify_ca: 'ca.pem' },
      'driver_info/redfish_verify_ca must be true, false or the absolute path',
    ],
    [{ redfish_auth_type: 'digest' }, 'driver_info/redfish_auth_type must be auto, session or basic'],
    [{ redfish_adress: 'x' }, 'driver_info/redfish_adress is no field of the redfish driver'],
  ])('%j is refused by name, without the password', (wrong, sentence) => {
    const read = (): unknown => parseRedfishDriverInfo({ ...INFO, ...wrong });
    expect(read).toThrow(sentence);
    expect(read).not.toThrow('secret-word');
  });
});

test('an unknown driver is refused with those there are', () => {
  const deps = { clock: instantClock(), log: createLog('silent') };
  expect(() => openBmc('ipmi', {}, deps)).toThrow('"ipmi" is no driver of this ingot');
  expect(() => openBmc('constructor', {}, deps)).toThrow('is no driver');
});
