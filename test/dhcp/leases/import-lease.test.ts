import { expect, test } from 'vitest';
import { bounded, judgeLease } from '../../../src/dhcp/leases/import-lease.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import { bookOf, ip, lease, mac, NETWORK, NOW } from '../samples.ts';

const [ME, OTHER] = [mac(1), mac(2)];

/** A foreign lease of mine on `address` for half an hour, unless told otherwise; what we have beside it. */
function judged(
  address: string,
  {
    ours = [],
    reserved = {},
    seconds = 1800,
  }: Partial<Record<'ours', ReturnType<typeof lease>[]>> & {
    reserved?: Readonly<Record<string, string>>;
    seconds?: number;
  } = {},
): string {
  const reservations = createReservationTable();
  for (const [who, kept] of Object.entries(reserved))
    reservations.set('reservation', who === 'me' ? ME : OTHER, { addresses: [ip(kept)], hostname: null });
  const book = bookOf(ours);
  if (address === '10.77.0.19') book.quarantine(ip(address), NOW);
  const verdict = judgeLease(lease(ME, address, seconds), {
    network: NETWORK,
    book,
    reservations,
    isBooting: false,
    now: NOW,
  });
  return verdict.result === 'skipped' ? verdict.why : verdict.result;
}

test.each([
  ['of a free address is taken', judged('10.77.0.10'), 'taken'],
  ['again changes nothing', judged('10.77.0.10', { ours: [lease(ME, '10.77.0.10')] }), 'unchanged'],
  ['that was renewed since is taken', judged('10.77.0.10', { ours: [lease(ME, '10.77.0.10', 60)] }), 'taken'],
  [
    'outside the ranges is taken where it is reserved',
    judged('10.77.0.99', { reserved: { me: '10.77.0.99' } }),
    'taken',
  ],
  ['outside the ranges', judged('10.77.0.99'), 'the address is in no DHCP range of network pxe'],
  ['of another network', judged('10.78.0.10'), 'the address is not of network pxe'],
  ['that ended', judged('10.77.0.10', { seconds: -60 }), 'the lease ended at 2027-01-15T07:59:00.000Z'],
  [
    'of an address that another has',
    judged('10.77.0.10', { ours: [lease(OTHER, '10.77.0.10')] }),
    'another machine',
  ],
  [
    'of an address kept for another',
    judged('10.77.0.10', { reserved: { other: '10.77.0.10' } }),
    'another machine',
  ],
  [
    'of a machine with another reservation',
    judged('10.77.0.10', { reserved: { me: '10.77.0.12' } }),
    '10.77.0.12 is reserved',
  ],
  [
    'of a machine with a lease here',
    judged('10.77.0.10', { ours: [lease(ME, '10.77.0.11')] }),
    'a lease of 10.77.0.11 here',
  ],
  ['of an address in quarantine', judged('10.77.0.19'), 'left alone for now'],
])('a foreign lease %s: %s', (_, verdict, expected) => {
  expect(verdict).toContain(expected);
});

test('a lease without an end gets one: its machine never comes to renew it', () => {
  const endless = { ...lease(ME, '10.77.0.10'), expiresAt: NOW + 1e15 };
  const taken = bounded(endless, NOW);
  expect(taken.expiresAt - NOW).toBe(366 * 86_400_000);
  const again = { network: NETWORK, book: bookOf([taken]), reservations: createReservationTable() };
  expect(judgeLease(endless, { ...again, isBooting: false, now: NOW + 60_000 })).toEqual({
    result: 'unchanged',
  });
});
