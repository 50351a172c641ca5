import { describe, expect, it } from 'vitest';
import { type Answer, answer } from '../../src/dhcp/answer.ts';
import type { LeaseBook } from '../../src/dhcp/lease-book.ts';
import { createReservationTable } from '../../src/dhcp/reservations.ts';
import { bookOf, factsOf, ip, lease, type MessageParts, mac, NETWORK, NOW } from './samples.ts';

const US = '10.77.0.1';
const OTHER_SERVER = '10.77.0.2';
const ME = mac(1);
const OTHER = mac(2);

/** The words of the table: what was so before the message. */
const SCENES = {
  'nobody has .10': () => undefined,
  'I have .10': (book) => void book.grant(lease(ME, '10.77.0.10'), NOW),
  'I had .10 once': (book) => void book.grant(lease(ME, '10.77.0.10', -60), NOW),
  'another has .10': (book) => void book.grant(lease(OTHER, '10.77.0.10'), NOW),
  'I was offered .10': (book) => book.hold({ address: ip('10.77.0.10'), mac: ME, until: NOW + 60_000 }),
  'another was offered .10': (book) =>
    book.hold({ address: ip('10.77.0.10'), mac: OTHER, until: NOW + 60_000 }),
  '.10 is in quarantine': (book) => void book.quarantine(ip('10.77.0.10'), NOW),
  'all addresses are leased': (book) => {
    for (let i = 10; i <= 19; i++) book.grant(lease(mac(100 + i), `10.77.0.${i}`), NOW);
  },
} satisfies Record<string, (book: LeaseBook) => void>;

type Reserved = Readonly<Record<string, string | null>>;

type Row = {
  readonly scene: keyof typeof SCENES;
  readonly message: MessageParts;
  readonly mode?: 'reservations';
  /** `me`, `other` → address, or null for a known machine without one. */
  readonly reserved?: Reserved;
  readonly answer: string;
};

function outcome({ scene, message, mode, reserved = {} }: Omit<Row, 'answer'>): string {
  const book = bookOf();
  SCENES[scene](book);
  const reservations = createReservationTable();
  for (const [who, address] of Object.entries(reserved))
    reservations.set('node', who === 'me' ? ME : OTHER, {
      addresses: address === null ? [] : [ip(address)],
      hostname: null,
    });
  const network = { ...NETWORK, mode: mode ?? NETWORK.mode };
  const facts = factsOf({ mac: ME, ...message });
  return inWords(answer(facts, { network, book, reservations, isBooting: false, now: NOW }));
}

function inWords(decided: Answer): string {
  switch (decided.kind) {
    case 'offer':
      return `offer ${decided.address}: ${decided.because}`;
    case 'ack':
      return `ack ${decided.lease.address}`;
    case 'boot_offer':
      return 'boot_offer';
    case 'nak':
      return `nak ${decided.address}`;
    case 'silence':
      return `silence: ${decided.reason}`;
    case 'inform':
    case 'release':
    case 'decline':
      return `${decided.kind} ${decided.address}`;
  }
}

const check = (row: Row): void => expect(outcome(row)).toBe(row.answer);
const title = '$scene, $message, reserved $reserved $mode → $answer';

describe('DISCOVER', () => {
  const asks = (address: string): MessageParts => ({ type: 'discover', asks: address });
  it.each<Row>([
    {
      scene: 'nobody has .10',
      message: { type: 'discover' },
      answer: 'offer 10.77.0.10: the longest unused',
    },
    {
      scene: 'another has .10',
      message: { type: 'discover' },
      answer: 'offer 10.77.0.11: the longest unused',
    },
    {
      scene: 'another was offered .10',
      message: { type: 'discover' },
      answer: 'offer 10.77.0.11: the longest unused',
    },
    {
      scene: '.10 is in quarantine',
      message: asks('10.77.0.10'),
      answer: 'offer 10.77.0.11: the longest unused',
    },
    { scene: 'I have .10', message: asks('10.77.0.15'), answer: 'offer 10.77.0.10: its earlier address' },
    {
      scene: 'I had .10 once',
      message: { type: 'discover' },
      answer: 'offer 10.77.0.10: its earlier address',
    },
    {
      scene: 'I was offered .10',
      message: { type: 'discover' },
      answer: 'offer 10.77.0.10: its earlier address',
    },
    { scene: 'nobody has .10', message: asks('10.77.0.15'), answer: 'offer 10.77.0.15: as it asked' },
    { scene: 'nobody has .10', message: asks('10.77.0.200'), answer: 'offer 10.77.0.10: the longest unused' },
    { scene: 'nobody has .10', message: asks('192.168.1.5'), answer: 'offer 10.77.0.10: the longest unused' },
    { scene: 'another has .10', message: asks('10.77.0.10'), answer: 'offer 10.77.0.11: the longest unused' },
    { scene: 'all addresses are leased', message: { type: 'discover' }, answer: 'silence: no_free_address' },
    {
      scene: 'all addresses are leased',
      message: { type: 'discover' },
      reserved: { me: '10.77.0.99' },
      answer: 'offer 10.77.0.99: its reservation',
    },
    {
      scene: 'I have .10',
      message: { type: 'discover' },
      reserved: { me: '10.77.0.99' },
      answer: 'offer 10.77.0.99: its reservation',
    },
    {
      scene: 'another has .10',
      message: { type: 'discover' },
      reserved: { me: '10.77.0.10' },
      answer: 'offer 10.77.0.11: the longest unused',
    },
    {
      scene: 'nobody has .10',
      message: { type: 'discover' },
      reserved: { other: '10.77.0.10' },
      answer: 'offer 10.77.0.11: the longest unused',
    },
    {
      scene: 'nobody has .10',
      message: asks('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'offer 10.77.0.11: the longest unused',
    },
    {
      scene: 'nobody has .10',
      message: { type: 'discover' },
      mode: 'reservations',
      answer: 'silence: unknown_client',
    },
    {
      scene: 'nobody has .10',
      message: { type: 'discover' },
      mode: 'reservations',
      reserved: { me: null },
      answer: 'offer 10.77.0.10: the longest unused',
    },
    {
      scene: 'another has .10',
      message: { type: 'discover' },
      mode: 'reservations',
      reserved: { me: '10.77.0.10' },
      answer: 'silence: reservation_in_use',
    },
    {
      scene: 'nobody has .10',
      message: { type: 'discover', giaddr: '10.77.0.250' },
      answer: 'offer 10.77.0.10: the longest unused',
    },
  ])(title, check);
});

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
      ...{ scene, message: remembers('10.77.0.10') },
      ...{ mode: 'reservations' as const, reserved: { me: null }, answer: 'ack 10.77.0.10' },
    })),
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
    {
      scene: 'I have .10',
      message: uses('10.77.0.10'),
      reserved: { other: '10.77.0.10' },
      answer: 'nak 10.77.0.10',
    },
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

describe('DECLINE, RELEASE and INFORM', () => {
  it.each<Row>([
    {
      scene: 'I have .10',
      message: { type: 'decline', asks: '10.77.0.10', serverId: US },
      answer: 'decline 10.77.0.10',
    },
    {
      scene: 'I was offered .10',
      message: { type: 'decline', asks: '10.77.0.10' },
      answer: 'decline 10.77.0.10',
    },
    {
      scene: 'another has .10',
      message: { type: 'decline', asks: '10.77.0.10', serverId: US },
      answer: 'silence: not_the_holder',
    },
    {
      scene: 'nobody has .10',
      message: { type: 'decline', asks: '10.77.0.10', serverId: US },
      answer: 'silence: not_the_holder',
    },
    {
      scene: 'I have .10',
      message: { type: 'decline', asks: '10.77.0.10', serverId: OTHER_SERVER },
      answer: 'silence: other_server_chosen',
    },
    { scene: 'I have .10', message: { type: 'decline' }, answer: 'silence: no_address_named' },
    {
      scene: 'I have .10',
      message: { type: 'release', ciaddr: '10.77.0.10', serverId: US },
      answer: 'release 10.77.0.10',
    },
    { scene: 'I have .10', message: { type: 'release', ciaddr: '10.77.0.10' }, answer: 'release 10.77.0.10' },
    {
      scene: 'another has .10',
      message: { type: 'release', ciaddr: '10.77.0.10', serverId: US },
      answer: 'silence: not_the_holder',
    },
    {
      scene: 'I have .10',
      message: { type: 'release', ciaddr: '10.77.0.10', serverId: OTHER_SERVER },
      answer: 'silence: other_server_chosen',
    },
    { scene: 'I have .10', message: { type: 'release' }, answer: 'silence: no_address_named' },
    {
      scene: 'nobody has .10',
      message: { type: 'inform', ciaddr: '10.77.0.200' },
      answer: 'inform 10.77.0.200',
    },
    { scene: 'nobody has .10', message: { type: 'inform' }, answer: 'silence: no_address_named' },
    {
      scene: 'nobody has .10',
      message: { type: 'inform', ciaddr: '8.8.8.8' },
      answer: 'silence: off_network',
    },
  ])(title, check);
});

describe('the lease of an ACK', () => {
  const situation = {
    ...{ network: NETWORK, reservations: createReservationTable(), isBooting: false, now: NOW },
  };

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
