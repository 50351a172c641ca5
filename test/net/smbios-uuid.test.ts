import { expect, test } from 'vitest';
import { swapped, uuidHex, uuidText } from '../../src/net/smbios-uuid.ts';

const HEX = '00112233445566778899aabbccddeeff';

test('the digits of a UUID are its text, and the text its digits', () => {
  expect(uuidText(HEX)).toBe('00112233-4455-6677-8899-aabbccddeeff');
  expect(uuidHex('00112233-4455-6677-8899-AABBCCDDEEFF')).toBe(HEX);
  expect([null, '', HEX.slice(2), `${HEX}00`, 'x'.repeat(32)].map(uuidText)).toEqual(Array(5).fill(null));
});

test('the other byte order turns the first three fields, and twice is none', () => {
  expect(swapped(HEX)).toBe('33221100554477668899aabbccddeeff');
  expect(swapped(swapped(HEX))).toBe(HEX);
});
