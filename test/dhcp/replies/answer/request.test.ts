/** When a machine may have the address that it asks for (RFC 2131 4.3.2), and for how long. */
import { describe, expect, it } from 'vitest';
import { createReservationTable } from '../../../../src/dhcp/leases/reservations.ts';
import { answer } from '../../../../src/dhcp/replies/answer.ts';
import { bookOf, factsOf, lease, type MessageParts, NETWORK, NOW } from '../../samples.ts';
import { check, ME, OTHER_SERVER, type Row, title, US } from './scenes.ts';

describe('REQUEST in SELECTING: the client takes an offer', () => {
  const takes = (address: string): MessageParts => ({ type: 'request', asks: address, serverId: US });
  it.each<Row>([
    { scene: 'I was offered .10', message: takes('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'I was offered .10', message: { type: 'request', serverId: US }, answer: 'ack 10.77.0.10' },
    { scene: 'I have .10', message: takes('10.77.0.10'), answer: 'ack 10.77.0.10' },
    // We restarted between OFFER and REQUEST: a NAK would end EDK2's attempt at PXE.
    { scene: 'nobody has .10', message: takes('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'another has .10', message: takes('10.77.0.10'), answer: 'nak 10.77.0.10' },
    { scene: 'another was offered .10', message: takes('10.77.0.10'), answer: 'nak 10.77.0.10' },
    { scene: '.10 is in quarantine', message: takes('10.77.0.10'), answer: 'nak 10.77.0.10' },
    { scene: 'nobody has .10', message: takes('10.77.0.200'), answer: 'nak 10.77.0.200' },
    { scene: 'nobody has .10', message: takes('192.168.1.5'), answer: 'nak 192.168.1.5' },
    {
      scene: 'nobody has .10',
      message: takes('10.77.0.10'),
      reserved: { me: '10.77.0.99' },
      answer: 'nak 10.77.0.10',
    },
    {
      scene: 'nobody has .10',
      message: takes('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'nak 10.77.0.10',
    },
    {
      scene: 'nobody has .10',
      message: takes('10.77.0.99'),
      reserved: { me: '10.77.0.99' },
      answer: 'ack 10.77.0.99',
    },
    {
      scene: 'I was offered .10',
      message: { type: 'request', asks: '10.77.0.10', serverId: OTHER_SERVER },
      answer: 'silence: other_server_chosen',
    },
    {
      scene: 'nobody has .10',
      message: takes('10.77.0.10'),
      mode: 'reservations',
      answer: 'silence: unknown_client',
    },
  ])(title, check);
});

describe('REQUEST in INIT-REBOOT: the client remembers an address', () => {
  const remembers = (address: string): MessageParts => ({ type: 'request', asks: address });
  it.each<Row>([
    { scene: 'I have .10', message: remembers('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'I had .10 once', message: remembers('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'nobody has .10', message: remembers('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'another has .10', message: remembers('10.77.0.10'), answer: 'nak 10.77.0.10' },
    {
      scene: 'I have .10',
      message: remembers('10.77.0.10'),
      reserved: { me: '10.77.0.99' },
      answer: 'nak 10.77.0.10',
    },
    { scene: 'nobody has .10', message: remembers('192.168.1.5'), answer: 'nak 192.168.1.5' },
    {
      scene: 'nobody has .10',
      message: remembers('192.168.1.5'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'silence: not_ours_to_refuse',
    },
    {
      scene: 'nobody has .10',
      message: remembers('10.77.0.200'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'silence: not_ours_to_refuse',
    },
    {
      scene: 'nobody has .10',
      message: remembers('10.77.0.10'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'silence: no_record',
    },
    ...(['I have .10', 'I had .10 once', 'I was offered .10'] as const).map((scene) => ({
      scene,
      message: remembers('10.77.0.10'),
      mode: 'reservations' as const,
      reserved: { me: null },
      answer: 'ack 10.77.0.10',
    })),
    {
      scene: 'I have .10',
      message: remembers('10.77.0.11'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'silence: no_record',
    },
    {
      scene: 'I have .10',
      message: remembers('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'nak 10.77.0.10',
    },
    {
      scene: 'I have .200, of a range that was',
      message: remembers('10.77.0.200'),
      answer: 'nak 10.77.0.200',
    },
    {
      scene: 'nobody has .10',
      message: remembers('10.77.0.10'),
      mode: 'reservations',
      reserved: { me: '10.77.0.10' },
      answer: 'ack 10.77.0.10',
    },
    {
      scene: 'another has .10',
      message: remembers('10.77.0.10'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'nak 10.77.0.10',
    },
    {
      scene: 'I have .10',
      message: remembers('10.77.0.10'),
      mode: 'reservations',
      answer: 'silence: unknown_client',
    },
    { scene: 'nobody has .10', message: { type: 'request' }, answer: 'silence: no_address_named' },
  ])(title, check);
});

describe('REQUEST in RENEWING and REBINDING: the client uses the address', () => {
  const uses = (address: string): MessageParts => ({ type: 'request', ciaddr: address });
  it.each<Row>([
    { scene: 'I have .10', message: uses('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'I had .10 once', message: uses('10.77.0.10'), answer: 'ack 10.77.0.10' },
    { scene: 'nobody has .10', message: uses('10.77.0.10'), answer: 'ack 10.77.0.10' },
    // A reservation made while the machine runs: cutting it off would break the deployment under way.
    {
      scene: 'I have .10',
      message: uses('10.77.0.10'),
      reserved: { me: '10.77.0.99' },
      answer: 'ack 10.77.0.10',
    },
    { scene: 'another has .10', message: uses('10.77.0.10'), answer: 'nak 10.77.0.10' },
    // A NAK would take it away at once; so the lease ends at its time.
    {
      scene: 'I have .10',
      message: uses('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'silence: not_extended',
    },
    {
      scene: 'I have .10',
      message: uses('10.77.0.10'),
      reserved: { me: '10.77.0.11', other: '10.77.0.10' },
      answer: 'silence: not_extended',
    },
    {
      scene: 'I have .200, of a range that was',
      message: uses('10.77.0.200'),
      answer: 'silence: not_extended',
    },
    {
      scene: 'I had .10 once',
      message: uses('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'nak 10.77.0.10',
    },
    { scene: 'I had .200, of a range that was', message: uses('10.77.0.200'), answer: 'nak 10.77.0.200' },
    ...(['I have .10', 'I had .10 once'] as const).map((scene) => ({
      scene,
      message: uses('10.77.0.10'),
      mode: 'reservations' as const,
      reserved: { me: null },
      answer: 'ack 10.77.0.10',
    })),
    // Of another server's lease only that one may say so.
    ...(['nobody has .10', 'I have .200, of a range that was'] as const).map((scene) => ({
      scene,
      message: uses('10.77.0.10'),
      mode: 'reservations' as const,
      reserved: { me: null },
      answer: 'silence: no_record',
    })),
    { scene: 'nobody has .10', message: uses('192.168.1.5'), answer: 'nak 192.168.1.5' },
    {
      scene: 'nobody has .10',
      message: uses('192.168.1.5'),
      mode: 'reservations',
      reserved: { me: null },
      answer: 'silence: not_ours_to_refuse',
    },
  ])(title, check);
});

describe('the lease of an ACK', () => {
  const situation = { network: NETWORK, reservations: createReservationTable(), isBooting: false, now: NOW };

  it('runs for the network’s lease time from now', () => {
    const decided = answer(factsOf({ type: 'request', mac: ME, asks: '10.77.0.10', serverId: US }), {
      ...situation,
      book: bookOf(),
    });
    expect(decided).toMatchObject({ lease: { startedAt: NOW, expiresAt: NOW + 3_600_000, mac: ME } });
  });

  it('is short for firmware and iPXE', () => {
    const decided = answer(factsOf({ type: 'request', mac: ME, asks: '10.77.0.10', serverId: US }), {
      ...situation,
      isBooting: true,
      book: bookOf(),
    });
    expect(decided).toMatchObject({ lease: { expiresAt: NOW + 600_000 } });
  });

  it('keeps its beginning when it is renewed', () => {
    const before = lease(ME, '10.77.0.10');
    const decided = answer(factsOf({ type: 'request', mac: ME, ciaddr: '10.77.0.10' }), {
      ...situation,
      book: bookOf([before]),
    });
    expect(decided).toMatchObject({ lease: { startedAt: before.startedAt, expiresAt: NOW + 3_600_000 } });
  });
});
