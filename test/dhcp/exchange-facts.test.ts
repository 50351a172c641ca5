import { expect, it } from 'vitest';
import { OPTIONS, writeOption } from '../../src/dhcp/codec/options/table.ts';
import { startExchange, US } from './exchange-rig.ts';

const FIRMWARE = [writeOption(OPTIONS.vendorClass, 'PXEClient:Arch:00007:UNDI:003016')];

it.each([
  ['plain text', 'iPXE'],
  ['a list with another class', '\x04iPXE\x05ingot'],
])(
  'a link that came up late when iPXE took it over is told, whether iPXE sends its user class as %s',
  (_how, userClass) => {
    const rig = startExchange();
    rig.say({ type: 'discover', options: FIRMWARE });
    rig.say({ type: 'request', asks: '10.77.0.10', serverId: US, options: FIRMWARE });
    rig.advance(45);
    const options = [...FIRMWARE, writeOption(OPTIONS.userClass, Buffer.from(userClass))];
    rig.say({ type: 'discover', xid: 2, options });
    expect(rig.facts.filter(({ kind }) => kind === 'dhcp.link_late')).toMatchObject([
      { sentence: expect.stringContaining('the link came up late when iPXE took it over') },
    ]);
  },
);
