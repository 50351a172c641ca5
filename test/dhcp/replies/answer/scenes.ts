/** What was so before a message, and what is answered, in words: for the tables of this folder. */
import { expect } from 'vitest';
import type { LeaseBook } from '../../../../src/dhcp/leases/lease-book.ts';
import { createReservationTable } from '../../../../src/dhcp/leases/reservations.ts';
import { type Answer, answer } from '../../../../src/dhcp/replies/answer.ts';
import { bookOf, factsOf, ip, lease, type MessageParts, mac, NETWORK, NOW } from '../../samples.ts';

export const US = '10.77.0.1';
export const OTHER_SERVER = '10.77.0.2';
export const ME = mac(1);
const OTHER = mac(2);

/** The words of the table: what was so before the message. */
const SCENES = {
  'nobody has .10': () => undefined,
  'I have .10': (book) => void book.grant(lease(ME, '10.77.0.10'), NOW),
  'I had .10 once': (book) => void book.grant(lease(ME, '10.77.0.10', -60), NOW),
  'I have .200, of a range that was': (book) => void book.grant(lease(ME, '10.77.0.200'), NOW),
  'I had .200, of a range that was': (book) => void book.grant(lease(ME, '10.77.0.200', -60), NOW),
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

export type Row = {
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

/** For `it.each`. */
export const check = (row: Row): void => expect(outcome(row)).toBe(row.answer);
export const title = '$scene, $message, reserved $reserved $mode → $answer';
