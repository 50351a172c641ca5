import { expect, test } from 'vitest';
import { createReservationTable, reservedOn } from '../../../src/dhcp/leases/reservations.ts';
import { parseCidr } from '../../../src/net/ipv4.ts';
import { ip, mac } from '../samples.ts';

const A = mac(1);
const B = mac(2);

test('a machine stays known, and keeps its address, as long as a node or a reservation names it', () => {
  const table = createReservationTable();
  table.set('node', A, { addresses: [], hostname: 'rack1-07' });
  table.set('reservation', A, { addresses: [ip('10.77.0.9')], hostname: 'old-name' });
  expect(table.of(A)).toEqual({ addresses: ['10.77.0.9'], hostname: 'rack1-07' });
  table.remove('node', A);
  expect(table.of(A)).toEqual({ addresses: ['10.77.0.9'], hostname: 'old-name' });
  table.remove('reservation', A);
  expect([table.of(A), table.holderOf(ip('10.77.0.9'))]).toEqual([null, null]);
});

test('an address goes with the last who was given it, and only its holder can give it up', () => {
  const table = createReservationTable();
  table.set('reservation', A, { addresses: [ip('10.77.0.9')], hostname: null });
  table.set('reservation', B, { addresses: [ip('10.77.0.9')], hostname: null });
  table.set('reservation', A, { addresses: [], hostname: null });
  expect(table.holderOf(ip('10.77.0.9'))).toBe(B);
});

test('of a machine with an address on each of two networks, each network takes its own', () => {
  const both = { addresses: [ip('10.77.0.9'), ip('10.78.0.9')], hostname: null };
  const on = (cidr: string) => reservedOn(parseCidr(cidr) ?? expect.fail(cidr), both);
  expect([on('10.78.0.0/24'), on('10.77.0.0/24'), on('10.79.0.0/24')]).toEqual([
    '10.78.0.9',
    '10.77.0.9',
    null,
  ]);
});
