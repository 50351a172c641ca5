/** What becomes of DECLINE, RELEASE and INFORM. */
import { describe, it } from 'vitest';
import { check, OTHER_SERVER, type Row, title, US } from './scenes.ts';

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
