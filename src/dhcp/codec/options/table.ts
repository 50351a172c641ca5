/** The options that ingot reads or writes: code, kind of value, where it is defined. */
import {
  hostIpv4,
  ipv4,
  ipv4List,
  type OptionKind,
  raw,
  terminatedText,
  text,
  uint8,
  uint16,
  uint16List,
  uint32,
} from './kinds.ts';

export type DhcpOption<Value> = {
  readonly code: number;
  readonly kind: OptionKind<Value>;
  readonly source: string;
};

const option = <Value>(code: number, kind: OptionKind<Value>, source: string): DhcpOption<Value> => ({
  code,
  kind,
  source,
});

export const OPTIONS = {
  subnetMask: option(1, ipv4, 'RFC 2132 3.3'),
  routers: option(3, ipv4List, 'RFC 2132 3.5'),
  nameservers: option(6, ipv4List, 'RFC 2132 3.8'),
  hostname: option(12, text, 'RFC 2132 3.14'),
  vendorSpecific: option(43, raw, 'RFC 2132 8.4'),
  requestedAddress: option(50, hostIpv4, 'RFC 2132 9.1'),
  leaseTime: option(51, uint32, 'RFC 2132 9.2, seconds'),
  overload: option(52, uint8, 'RFC 2132 9.3'),
  messageType: option(53, uint8, 'RFC 2132 9.6'),
  serverIdentifier: option(54, hostIpv4, 'RFC 2132 9.7'),
  parameterList: option(55, raw, 'RFC 2132 9.8'),
  message: option(56, text, 'RFC 2132 9.9'),
  maximumSize: option(57, uint16, 'RFC 2132 9.10, bytes of the IP datagram'),
  renewalTime: option(58, uint32, 'RFC 2132 9.11, seconds'),
  rebindingTime: option(59, uint32, 'RFC 2132 9.12, seconds'),
  vendorClass: option(60, text, 'RFC 2132 9.13'),
  clientIdentifier: option(61, raw, 'RFC 2132 9.14, echoed as RFC 6842 3 says'),
  tftpServer: option(66, terminatedText, 'RFC 2132 9.4'),
  bootFile: option(67, terminatedText, 'RFC 2132 9.5'),
  userClass: option(77, raw, 'RFC 3004; iPXE sends plain text'),
  relayInformation: option(82, raw, 'RFC 3046'),
  clientArchitectures: option(93, uint16List, 'RFC 4578 2.1'),
  machineUuid: option(97, raw, 'RFC 4578 2.3'),
  subnetSelection: option(118, hostIpv4, 'RFC 3011'),
  ipxe: option(175, raw, "iPXE's encapsulated options"),
} as const;

/** Option values by code, in the order in which they stood (or shall stand) on the wire. */
export type OptionMap = ReadonlyMap<number, Uint8Array>;

/** The value, or null when the option is absent or malformed. */
export function readOption<Value>(options: OptionMap, wanted: DhcpOption<Value>): Value | null {
  const bytes = options.get(wanted.code);
  return bytes === undefined ? null : wanted.kind.read(bytes);
}

/** An entry for an option map: code and bytes. */
export type WrittenOption = readonly [number, Uint8Array];

export function writeOption<Value>(wanted: DhcpOption<Value>, value: Value): WrittenOption {
  return [wanted.code, wanted.kind.write(value)];
}
