import { expect, test } from 'vitest';
import { createUuidAliases } from '../../../src/daemon/packets/uuid-aliases.ts';
import { mac } from '../../dhcp/samples.ts';

const UUID = '00112233-4455-6677-8899-aabbccddeeff';
const option = (hex: string): Uint8Array => Uint8Array.from([0, ...Buffer.from(hex, 'hex')]);
const AS_WRITTEN = option('00112233445566778899aabbccddeeff');
const LITTLE_ENDIAN = option('33221100554477668899aabbccddeeff');

test('a machine is found by its UUID in either byte order, by its first NIC', () => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid: UUID, nodeUuid: 'a' });
  aliases.set({ mac: mac(2), systemUuid: UUID.toUpperCase(), nodeUuid: 'a' });
  expect([AS_WRITTEN, LITTLE_ENDIAN].map(aliases.macOf)).toEqual([mac(1), mac(1)]);
  expect(aliases.macOf(option('ff112233445566778899aabbccddeeff'))).toBeNull();
});

test.each([
  ['the same', UUID],
  ['the same in the other byte order', '33221100-5544-7766-8899-aabbccddeeff'],
])('a UUID of two nodes, %s, names neither, until one of them has another', (_how, systemUuid) => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid: UUID, nodeUuid: 'a' });
  aliases.set({ mac: mac(2), systemUuid, nodeUuid: 'b' });
  expect([AS_WRITTEN, LITTLE_ENDIAN].map(aliases.macOf)).toEqual([null, null]);
  aliases.set({ mac: mac(2), systemUuid: null, nodeUuid: 'b' });
  expect([AS_WRITTEN, LITTLE_ENDIAN].map(aliases.macOf)).toEqual([mac(1), mac(1)]);
});

test('a NIC that moves to the node of the other stands in no way', () => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid: UUID, nodeUuid: 'a' });
  aliases.set({ mac: mac(2), systemUuid: UUID, nodeUuid: 'b' });
  aliases.set({ mac: mac(2), systemUuid: UUID, nodeUuid: 'a' });
  expect(aliases.macOf(AS_WRITTEN)).toBe(mac(1));
});

test('what changes or goes is followed', () => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid: UUID, nodeUuid: 'a' });
  aliases.set({ mac: mac(2), systemUuid: UUID, nodeUuid: 'a' });
  aliases.remove(mac(1));
  expect(aliases.macOf(AS_WRITTEN)).toBe(mac(2));
  aliases.set({ mac: mac(2), systemUuid: null, nodeUuid: 'a' });
  expect(aliases.macOf(AS_WRITTEN)).toBeNull();
});

test.each([
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '00000000-0000-0000-0000-000000000000',
  'Not Settable',
  null,
])('the UUID %s names no machine: boards without one all say so', (systemUuid) => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid, nodeUuid: 'a' });
  expect([option('ff'.repeat(16)), option('00'.repeat(16))].map(aliases.macOf)).toEqual([null, null]);
});

test('option 97 of another length finds nobody', () => {
  const aliases = createUuidAliases();
  aliases.set({ mac: mac(1), systemUuid: UUID, nodeUuid: 'a' });
  expect(aliases.macOf(AS_WRITTEN.subarray(1))).toBeNull();
});
