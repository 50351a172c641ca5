import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/dhcp/codec/packet.ts';
import { type ExchangeRig, ON_WIRE, startExchange } from '../exchange-rig.ts';
import { ip, mac, message } from '../samples.ts';

const uuidOf = (number: number): Uint8Array => {
  const uuid = new Uint8Array(16).fill(7);
  new DataView(uuid.buffer).setUint16(14, number);
  return uuid;
};

/** A DISCOVER with the UUID where the MAC belongs. */
function ask(rig: ExchangeRig, number: number, giaddr?: string): number {
  const options = [[97, Uint8Array.of(0, ...uuidOf(number))]] as const;
  const packet = message({ type: 'discover', options });
  const relayed = { ...packet, giaddr: giaddr === undefined ? null : ip(giaddr) };
  return rig.receive(encodePacket({ ...relayed, hardwareAddress: uuidOf(number) }).bytes, ON_WIRE).length;
}

describe('a machine that tells its UUID in place of a MAC', () => {
  it('is told to the operator with its UUID when no node has it, once an hour', () => {
    const rig = startExchange();
    expect([ask(rig, 1), ask(rig, 1)]).toEqual([0, 0]);
    expect(rig.counted()).toMatchObject({ no_hardware_address: 2 });
    const uuid = '07070707-0707-0707-0707-070707070001';
    expect(rig.notices).toMatchObject([
      { kind: 'dhcp.no_mac', severity: 'warning', network: 'pxe', data: { uuid } },
    ]);
    expect(rig.notices[0]?.sentence).toContain(`It is ${uuid} or`);
    expect(rig.notices[0]?.sentence).toContain('properties/system_uuid=UUID');
    rig.advance(3601);
    ask(rig, 1);
    expect(rig.notices).toHaveLength(2);
  });

  it('is told ten times an hour and network at most, however many UUIDs are made up', () => {
    const rig = startExchange();
    for (let number = 0; number < 5_000; number++) ask(rig, number);
    expect(rig.notices).toHaveLength(10);
  });

  it('is not told when a node has its UUID, nor from a link that is none of ours', () => {
    const known = startExchange({ macOfUuid: () => mac(5) });
    expect(ask(known, 1)).toBe(1);
    const elsewhere = startExchange();
    ask(elsewhere, 1, '192.0.2.1');
    expect([...known.notices, ...elsewhere.notices]).toEqual([]);
  });
});
