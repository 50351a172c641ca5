/** Clients that fill in addresses where they have none, or any that they like. */
import { describe, expect, it } from 'vitest';
import { OPTIONS, readOption } from '../../src/dhcp/options/table.ts';
import { type Sent, startExchange, US } from './exchange-rig.ts';
import type { MessageParts } from './samples.ts';

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
