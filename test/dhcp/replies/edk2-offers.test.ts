/** What EDK2 makes of our answers, with the boot decision that the daemon uses. */
import { describe, expect, it } from 'vitest';
import { bootStageOf } from '../../../src/boot/client.ts';
import { createProgramRounds } from '../../../src/boot/program-rounds.ts';
import { createBootAnswers } from '../../../src/daemon/packets/boot-answers.ts';
import type { DhcpPacket } from '../../../src/dhcp/codec/packet.ts';
import type { DhcpNetwork } from '../../../src/dhcp/wires/network.ts';
import { SITE } from '../../boot/fixtures.ts';
import { startExchange, US } from '../exchange-rig.ts';
import { bookOf, type MessageParts, NETWORK, NOW } from '../samples.ts';
import { isHttpOffer, pxeOffer, survivesTermination } from './edk2.ts';

const text = (value: string): Uint8Array => Buffer.from(value);
const arch = (code: number): Uint8Array => Uint8Array.of(0, code);

/** Options of firmware, as it sends them or leaves them out. */
const PXE: Readonly<Record<string, MessageParts['options']>> = {
  'x64 by code 7': [
    [60, text('PXEClient:Arch:00007:UNDI:003016')],
    [93, arch(7)],
  ],
  'x64 by code 9': [
    [60, text('PXEClient:Arch:00009:UNDI:003016')],
    [93, arch(9)],
  ],
  'x64 without option 93': [[60, text('PXEClient:Arch:00007:UNDI:003016')]],
  IA32: [
    [60, text('PXEClient:Arch:00006:UNDI:003016')],
    [93, arch(6)],
  ],
  'RISC-V 64': [
    [60, text('PXEClient:Arch:00027:UNDI:003016')],
    [93, arch(27)],
  ],
  ARM64: [
    [60, text('PXEClient:Arch:00011:UNDI:003016')],
    [93, arch(11)],
  ],
};
const HTTP: Readonly<Record<string, MessageParts['options']>> = {
  'x64 by code 16': [
    [60, text('HTTPClient:Arch:00016:UNDI:003016')],
    [93, arch(16)],
  ],
  'x64 with the code of PXE': [
    [60, text('HTTPClient:Arch:00007:UNDI:003016')],
    [93, arch(7)],
  ],
  'ARM64 by code 19': [
    [60, text('HTTPClient:Arch:00019:UNDI:003016')],
    [93, arch(19)],
  ],
  'ARM64 with the code of PXE (BlueField)': [
    [60, text('HTTPClient:Arch:00011:UNDI:003016')],
    [93, arch(11)],
  ],
};
const FILES = new Set([
  'undionly.kpxe',
  'snponly.efi',
  'i386/snponly.efi',
  'arm64/snponly.efi',
  'riscv64/snponly.efi',
]);

function answersTo(parts: MessageParts, mode: DhcpNetwork['mode']): readonly DhcpPacket[] {
  const rig = startExchange({
    places: [{ network: { ...NETWORK, mode }, book: bookOf() }],
    stageOf: bootStageOf,
    bootFields: createBootAnswers({
      httpGrubs: new Set(),
      rounds: createProgramRounds(),
      files: FILES,
      entryOf: () => null,
      site: SITE,
      clock: { now: () => NOW, elapsed: () => NOW },
      onFact: () => undefined,
    }),
  });
  return rig.say(parts).map(({ packet }) => packet);
}

const discover = (options: MessageParts['options'] = []): MessageParts => ({ type: 'discover', options });
const request = (options: MessageParts['options'] = []): MessageParts => ({
  type: 'request',
  asks: '10.77.0.10',
  serverId: US,
  options,
});

describe('EDK2 takes our offer for PXE', () => {
  it.each(Object.entries(PXE))(
    '%s: it boots by it alone, and asks no port 4011 (PXE-E18)',
    (_name, options) => {
      const [offer] = answersTo(discover(options), 'authoritative');
      expect(offer && pxeOffer(offer)).toBe('DhcpPxe10');
      // EDK2 loads from siaddr, never from option 66.
      expect(offer).toMatchObject({ siaddr: US, file: expect.stringMatching(/\.efi$/) });
      expect(offer && survivesTermination(offer)).toBe(true);
    },
  );

  it.each(Object.entries(PXE))('%s: the ACK has the boot file as well (PXE-E16 else)', (_name, options) => {
    const [ack] = answersTo(request(options), 'authoritative');
    expect(ack && pxeOffer(ack)).toBe('DhcpPxe10');
  });

  it.each(Object.entries(PXE))('%s: beside another server’s plain offer', (_name, options) => {
    const [offer] = answersTo(discover(options), 'proxy');
    expect(offer && pxeOffer(offer)).toBe('ProxyPxe10');
    expect(offer).toMatchObject({ siaddr: US, yiaddr: null });
  });
});

describe('EDK2 takes our offer for HTTP boot', () => {
  it.each(
    (['authoritative', 'proxy'] as const).flatMap((mode) =>
      Object.entries(HTTP).map(([name, options]) => ({ name, options, mode })),
    ),
  )('$name, where we are $mode', ({ options, mode }) => {
    const [offer] = answersTo(discover(options), mode);
    expect(offer && isHttpOffer(offer)).toBe(true);
    expect(offer && survivesTermination(offer)).toBe(true);
  });
});

describe('a proxy', () => {
  it('says nothing to a machine that does not boot', () => {
    expect(answersTo(discover([[60, text('dhcpcd-9.4.1')]]), 'proxy')).toEqual([]);
  });

  it('says nothing to a machine that we have no boot program for', () => {
    const options = [
      [60, text('PXEClient:Arch:00014:UNDI:003016')],
      [93, arch(14)],
    ] as const;
    expect(answersTo(discover(options), 'proxy')).toEqual([]);
  });

  it('answers no REQUEST: the address is another server’s, whomever it names', () => {
    for (const serverId of [US, '10.77.0.5'])
      expect(answersTo({ ...request(PXE['x64 by code 7']), serverId }, 'proxy')).toEqual([]);
    expect(answersTo({ type: 'request', ciaddr: '10.77.0.80' }, 'proxy')).toEqual([]);
  });

  it('tells which address the machine took from the other server, once', () => {
    const rig = startExchange({ places: [{ network: { ...NETWORK, mode: 'proxy' }, book: bookOf() }] });
    const take = (asks: string): void =>
      void rig.say({ type: 'request', asks, serverId: '10.77.0.5', xid: Number(asks.at(-1)) });
    take('10.77.0.81');
    take('10.77.0.81');
    take('10.77.0.82');
    expect(rig.facts.map(({ kind, sentence }) => `${kind}: it ${sentence}`)).toEqual([
      'dhcp.elsewhere: it takes the address 10.77.0.81 from the DHCP server 10.77.0.5',
      'dhcp.elsewhere: it takes the address 10.77.0.82 from the DHCP server 10.77.0.5',
    ]);
  });
});
