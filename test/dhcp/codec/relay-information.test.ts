import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_RELAY_INFORMATION, readRelayInformation } from '../../../src/dhcp/codec/relay-information.ts';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part, 'latin1')])),
  );

describe('what a relay says of a client’s place (option 82)', () => {
  it.each([
    { sender: 'dhcrelay -a: the name of its interface', option: bytes(1, 4, 'eth1'), circuitId: 'eth1' },
    {
      sender: 'a Cisco switch: VLAN, module and port, and its own MAC',
      option: bytes(1, 6, 0, 4, 1, 44, 2, 17, 2, 8, 0, 6, 0x00, 0x1b, 0x2a, 0x00, 0x11, 0x22),
      circuitId: 'VLAN 300 module 2 port 17',
      remoteId: '00:1b:2a:00:11:22',
    },
    {
      sender: 'a switch that writes type and length before its text',
      option: bytes(1, 9, 1, 7, 'swp12:0', 2, 8, 1, 6, 'leaf-3'),
      circuitId: 'swp12:0',
      remoteId: 'leaf-3',
    },
    {
      sender: 'a switch that writes its bare MAC',
      option: bytes(2, 6, 0xc8, 0x2a, 0x14, 1, 2, 3),
      remoteId: 'c8:2a:14:01:02:03',
    },
    { sender: 'bytes that are no text', option: bytes(1, 3, 0, 1, 255), circuitId: '0x0001ff' },
    {
      sender: 'a relay of a fabric: the client’s link, and itself as the server',
      option: bytes(5, 4, 10, 70, 0, 0, 11, 4, 10, 70, 0, 254),
      linkSelection: '10.70.0.0',
      serverIdOverride: '10.70.0.254',
    },
    {
      sender: 'a relay that asks from a port of its own (RFC 8357)',
      option: bytes(19, 0),
      asksFromOwnPort: true,
    },
    { sender: 'the first of two counts', option: bytes(1, 1, 'a', 1, 1, 'b'), circuitId: 'a' },
    { sender: 'what is cut off is not there', option: bytes(1, 1, 'a', 2, 9, 'b'), circuitId: 'a' },
    { sender: 'an address of the wrong size is not there', option: bytes(5, 3, 10, 70, 0) },
    { sender: 'the address of nobody is not there', option: bytes(5, 4, 0, 0, 0, 0, 11, 4, 0, 0, 0, 0) },
    { sender: 'empty identifiers', option: bytes(1, 0, 2, 0) },
  ])('$sender', ({ sender, option, ...said }) => {
    expect(readRelayInformation(option), sender).toEqual({ ...NO_RELAY_INFORMATION, ...said });
  });

  it('is nothing without the option', () => {
    expect(readRelayInformation(null)).toEqual(NO_RELAY_INFORMATION);
  });

  it('never throws, and its texts are short and printable, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 255 }), (option) => {
        const { circuitId, remoteId } = readRelayInformation(option);
        for (const text of [circuitId, remoteId]) expect(text ?? 'x').toMatch(/^[ -~]{1,130}$/);
      }),
    );
  });
});
