import { describe, expect, it } from 'vitest';
import { atRelayPort, type ReplyKind, replyDestination } from '../../../src/dhcp/replies/destination.ts';
import { cidr, ip, mac } from '../samples.ts';

const RELAY = '10.77.0.9';
const CLIENT = '10.77.0.50';
const ALL = '255.255.255.255';
const BLOCK = cidr('10.77.0.0/24');

type Row = {
  readonly reply: ReplyKind;
  readonly giaddr?: string;
  readonly ciaddr?: string;
  /** What the client gets; else its `ciaddr`. */
  readonly yiaddr?: string;
  readonly flag?: true;
  /** Sent to our address from another wire. */
  readonly routed?: true;
  readonly to: string;
  readonly flagOut: boolean;
};

describe('where a reply goes (RFC 2131 4.1)', () => {
  it.each<Row>([
    { reply: 'offer', giaddr: RELAY, to: `${RELAY}:67`, flagOut: false },
    { reply: 'offer', giaddr: RELAY, flag: true, to: `${RELAY}:67`, flagOut: true },
    { reply: 'ack', giaddr: RELAY, ciaddr: CLIENT, to: `${RELAY}:67`, flagOut: false },
    { reply: 'nak', giaddr: RELAY, to: `${RELAY}:67`, flagOut: true },
    { reply: 'nak', giaddr: RELAY, ciaddr: CLIENT, to: `${RELAY}:67`, flagOut: true },
    { reply: 'nak', to: `${ALL}:68`, flagOut: false },
    { reply: 'nak', ciaddr: CLIENT, to: `${ALL}:68`, flagOut: false },
    { reply: 'ack', ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
    { reply: 'ack', ciaddr: CLIENT, flag: true, to: `${CLIENT}:68`, flagOut: true },
    { reply: 'ack', ciaddr: CLIENT, yiaddr: '10.77.0.51', to: `${ALL}:68`, flagOut: false },
    { reply: 'offer', ciaddr: CLIENT, to: `${ALL}:68`, flagOut: false },
    { reply: 'offer', routed: true, ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
    { reply: 'ack', ciaddr: '8.8.8.8', to: `${ALL}:68`, flagOut: false },
    { reply: 'nak', routed: true, ciaddr: '10.77.0.255', to: `${ALL}:68`, flagOut: false },
    { reply: 'inform', ciaddr: '10.77.0.255', to: `${ALL}:68`, flagOut: false },
    { reply: 'offer', flag: true, to: `${ALL}:68`, flagOut: true },
    { reply: 'offer', to: `${ALL}:68`, flagOut: false },
    { reply: 'ack', to: `${ALL}:68`, flagOut: false },
    { reply: 'nak', routed: true, ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
    { reply: 'ack', routed: true, ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
    { reply: 'nak', routed: true, giaddr: RELAY, ciaddr: CLIENT, to: `${RELAY}:67`, flagOut: true },
    { reply: 'inform', ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
    { reply: 'inform', giaddr: RELAY, ciaddr: CLIENT, to: `${CLIENT}:68`, flagOut: false },
  ])(
    '$reply: giaddr $giaddr, ciaddr $ciaddr, yiaddr $yiaddr, flag $flag, routed $routed → $to',
    ({ reply, giaddr, ciaddr, yiaddr = ciaddr, flag, routed, to, flagOut }) => {
      const question = {
        giaddr: giaddr === undefined ? null : ip(giaddr),
        ciaddr: ciaddr === undefined ? null : ip(ciaddr),
        yiaddr: yiaddr === undefined ? null : ip(yiaddr),
        cidr: BLOCK,
        broadcast: flag ?? false,
        isRouted: routed ?? false,
        alone: null,
      };
      const { address, port, broadcastFlag } = replyDestination(question, reply);
      expect(`${address}:${port}`).toBe(to);
      expect(broadcastFlag).toBe(flagOut);
    },
  );

  it.each([
    ['offer', {}, `${CLIENT}:68 by frame`],
    ['ack', {}, `${CLIENT}:68 by frame`],
    ['offer', { broadcast: true }, `${ALL}:68`],
    ['nak', {}, `${ALL}:68`],
    ['ack', { ciaddr: ip(CLIENT) }, `${CLIENT}:68`],
    ['offer', { ciaddr: ip('8.8.8.8') }, `${CLIENT}:68 by frame`],
    ['offer', { giaddr: ip(RELAY) }, `${RELAY}:67`],
  ] as const)('%s %o goes to the machine alone where that is wanted: %s', (reply, change, to) => {
    const alone = { address: ip(CLIENT), from: ip('10.77.0.1'), to: mac(1) };
    const nothing = { giaddr: null, ciaddr: null, broadcast: false, isRouted: false };
    const question = { ...nothing, yiaddr: ip(CLIENT), cidr: BLOCK, alone, ...change };
    const { address, port, frame } = replyDestination(question, reply);
    expect(`${address}:${port}${frame === undefined ? '' : ' by frame'}`).toBe(to);
  });
});

describe('a relay that asks from a port of its own (RFC 8357)', () => {
  const relay = { giaddr: ip(RELAY), asksFromOwnPort: true, port: 40_067 };
  const toRelay = { address: ip(RELAY), port: 67, broadcastFlag: false };

  it.each([
    ['is answered there', relay, toRelay, 40_067],
    ['is answered at 67 when it does not say so', { ...relay, asksFromOwnPort: false }, toRelay, 67],
    ['is answered at 67 when its port is none', { ...relay, port: 0 }, toRelay, 67],
    ['has no say in what goes past it', relay, { ...toRelay, address: ip(CLIENT), port: 68 }, 68],
    ['is one only with an address', { ...relay, giaddr: null }, toRelay, 67],
  ])('%s', (_what, given, destination, port) => {
    expect(atRelayPort(destination, given)).toEqual({ ...destination, port });
  });
});
