import { describe, expect, it } from 'vitest';
import { OPTIONS, readOption, writeOption } from '../../../src/dhcp/codec/options/table.ts';
import { type ExchangeRig, startExchange, US } from '../exchange-rig.ts';
import { ip, type MessageParts, mac } from '../samples.ts';

const ME = mac(7);
const UUID = Uint8Array.from({ length: 17 }, (_, i) => (i === 0 ? 0 : i));
const MAC_ID = Uint8Array.of(1, 2, 0, 0, 0, 0, 7);

/** What each stage of one boot says of itself; the client identifier is another one each time. */
const STAGES = {
  firmware: [
    writeOption(OPTIONS.vendorClass, 'PXEClient:Arch:00007:UNDI:003016'),
    writeOption(OPTIONS.clientIdentifier, UUID),
    writeOption(OPTIONS.machineUuid, UUID),
  ],
  iPXE: [
    writeOption(OPTIONS.vendorClass, 'PXEClient:Arch:00007:UNDI:003001'),
    writeOption(OPTIONS.clientIdentifier, MAC_ID),
    writeOption(OPTIONS.userClass, Buffer.from('iPXE')),
  ],
  ramdisk: [writeOption(OPTIONS.vendorClass, 'udhcp 1.35.0'), writeOption(OPTIONS.clientIdentifier, MAC_ID)],
  system: [
    writeOption(OPTIONS.clientIdentifier, Uint8Array.of(255, 1, 2, 3, 4, 0, 2, 0, 0, 171, 17, 9, 9, 9, 9)),
  ],
} as const satisfies Record<string, MessageParts['options']>;

/** A whole exchange of one stage: address and lease time of the ACK. */
function boots(rig: ExchangeRig, stage: keyof typeof STAGES, xid: number): string {
  const said = { mac: ME, xid, options: STAGES[stage] };
  const [offer] = rig.say({ ...said, type: 'discover' });
  const offered = offer?.packet.yiaddr ?? null;
  if (offered === null) return 'no offer';
  const [ack] = rig.say({ ...said, type: 'request', asks: offered, serverId: US });
  const seconds = ack === undefined ? null : readOption(ack.packet.options, OPTIONS.leaseTime);
  return `${ack?.packet.yiaddr} for ${seconds} s`;
}

/** Another machine of many that start meanwhile. */
function strangerBoots(rig: ExchangeRig, number: number): string | null | undefined {
  return rig.say({ type: 'discover', mac: mac(100 + number), xid: number })[0]?.packet.yiaddr;
}

describe('one machine on its way from firmware to its system', () => {
  it('keeps its address through all stages, for a short time while it boots', () => {
    const rig = startExchange();
    const seen = (['firmware', 'iPXE', 'ramdisk', 'system'] as const).map((stage, i) => {
      const result = boots(rig, stage, i);
      expect(strangerBoots(rig, i)).not.toBe('10.77.0.10');
      rig.advance(40);
      return `${stage}: ${result}`;
    });
    expect(seen).toEqual([
      'firmware: 10.77.0.10 for 600 s',
      'iPXE: 10.77.0.10 for 600 s',
      'ramdisk: 10.77.0.10 for 3600 s',
      'system: 10.77.0.10 for 3600 s',
    ]);
  });

  it('finds its address again when firmware gave it back, and when its short lease has long ended', () => {
    const rig = startExchange();
    boots(rig, 'firmware', 1);
    rig.say({ type: 'release', mac: ME, ciaddr: '10.77.0.10', serverId: US });
    for (let i = 0; i < 5; i++) strangerBoots(rig, i);
    expect(boots(rig, 'iPXE', 2)).toBe('10.77.0.10 for 600 s');
    rig.advance(7200);
    for (let i = 0; i < 5; i++) strangerBoots(rig, 10 + i);
    expect(boots(rig, 'ramdisk', 3)).toBe('10.77.0.10 for 3600 s');
  });

  it('has its reserved address in every stage', () => {
    const rig = startExchange();
    rig.reservations.set('reservation', ME, { addresses: [ip('10.77.0.200')], hostname: null });
    expect(boots(rig, 'firmware', 1)).toBe('10.77.0.200 for 600 s');
    expect(boots(rig, 'system', 2)).toBe('10.77.0.200 for 3600 s');
  });
});
