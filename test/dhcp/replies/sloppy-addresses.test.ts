/** Clients that fill in addresses where they have none, or any that they like. */
import { describe, expect, it } from 'vitest';
import { OPTIONS, readOption } from '../../../src/dhcp/codec/options/table.ts';
import { type Sent, startExchange, US } from '../exchange-rig.ts';
import type { MessageParts } from '../samples.ts';

const TEN = '10.77.0.10';

/** Type and address of what was answered. */
const answered = (sent: readonly Sent[]): unknown[] =>
  sent.map(({ packet }) => [readOption(packet.options, OPTIONS.messageType), packet.yiaddr]);
const ACK_OF_TEN = [5, TEN];

describe('a machine that takes our offer', () => {
  it.each<[string, Partial<MessageParts>]>([
    ['asks for 0.0.0.0', { asks: '0.0.0.0', serverId: US }],
    ['names the server 0.0.0.0', { asks: TEN, serverId: '0.0.0.0' }],
    ['names the server 255.255.255.255', { asks: TEN, serverId: '255.255.255.255' }],
  ])('gets it when it %s', (_what, parts) => {
    const named: string[] = [];
    const rig = startExchange({ onOtherServer: (_network, server) => named.push(server) });
    rig.say({ type: 'discover' });
    expect(answered(rig.say({ type: 'request', ...parts }))).toEqual([ACK_OF_TEN]);
    expect(named).toEqual([]);
  });
});

describe('an address that anybody can write into ciaddr', () => {
  const to = (sent: readonly Sent[]): string[] =>
    sent.map(({ to: { address, port } }) => `${address}:${port}`);

  it.each(['8.8.8.8', '10.77.0.255', '10.77.0.50'])(
    'gets no OFFER, nor the ACK of another address: %s',
    (ciaddr) => {
      const rig = startExchange();
      expect(to(rig.say({ type: 'discover', ciaddr }))).toEqual(['255.255.255.255:68']);
      const take = { type: 'request', asks: TEN, serverId: US } as const;
      expect(to(rig.say({ ...take, ciaddr }))).toEqual(['255.255.255.255:68']);
    },
  );

  it('gets no answer to INFORM where it is no machine’s', () => {
    const rig = startExchange();
    for (const ciaddr of ['10.77.0.255', '10.77.0.0', '8.8.8.8'])
      expect(rig.say({ type: 'inform', ciaddr })).toEqual([]);
    expect(rig.counted()).toMatchObject({ off_network: 3 });
    expect(to(rig.say({ type: 'inform', ciaddr: '10.77.0.50' }))).toEqual(['10.77.0.50:68']);
  });

  it('gets the ACK of a renewal, which is of itself', () => {
    const rig = startExchange();
    rig.say({ type: 'request', asks: TEN, serverId: US });
    expect(to(rig.say({ type: 'request', ciaddr: TEN, xid: 2 }))).toEqual([`${TEN}:68`]);
  });
});
