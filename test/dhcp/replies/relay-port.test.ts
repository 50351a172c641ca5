/** A relay that asks from a port of its own (RFC 8357), through the desk. */
import { expect, it } from 'vitest';
import { OPTIONS } from '../../../src/dhcp/codec/options/table.ts';
import type { Arrival } from '../../../src/dhcp/wires/wires.ts';
import { startExchange } from '../exchange-rig.ts';
import { ip } from '../samples.ts';

const ROUTED: Arrival = { by: 'address', address: ip('10.77.0.1') };
const RELAY_PORT = 40_067;

const question = (type: 'discover' | 'request', relayOption: readonly number[]) => ({
  type,
  giaddr: '10.77.0.9',
  asks: '10.77.0.10',
  ...(type === 'request' ? { serverId: '10.77.0.1' } : {}),
  options: [[OPTIONS.relayInformation.code, Uint8Array.from(relayOption)]] as const,
});
const ports = (sent: readonly { readonly to: { readonly port: number } }[]) => sent.map(({ to }) => to.port);

it('gets OFFER and ACK there, with its option as it came', () => {
  const rig = startExchange();
  const [offer] = rig.say(question('discover', [19, 0]), ROUTED, RELAY_PORT);
  expect(offer?.to).toMatchObject({ address: '10.77.0.9', port: RELAY_PORT });
  expect(offer?.packet.options.get(OPTIONS.relayInformation.code)).toEqual(Uint8Array.of(19, 0));
  expect(ports(rig.say(question('request', [19, 0]), ROUTED, RELAY_PORT))).toEqual([RELAY_PORT]);
});

it('gets a repeated question answered at the port of the repetition', () => {
  const rig = startExchange();
  rig.say(question('discover', [19, 0]), ROUTED, RELAY_PORT);
  expect(ports(rig.say(question('discover', [19, 0]), ROUTED, RELAY_PORT + 1))).toEqual([RELAY_PORT + 1]);
  expect(rig.counted().retransmission).toBe(1);
});

it('is answered at port 67 when it does not ask for more, whatever its own port', () => {
  const rig = startExchange();
  expect(ports(rig.say(question('discover', [1, 1, 97]), ROUTED, RELAY_PORT))).toEqual([67]);
});
