/** Which address a machine is offered. */
import { describe, it } from 'vitest';
import type { MessageParts } from '../../samples.ts';
import { check, type Row, title } from './scenes.ts';

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
