/** What relay agents say of a client's place: option 82 (RFC 3046) and its sub-options. Pure; reading never throws. */
import type { Ipv4 } from '../../net/ipv4.ts';
import { macFromBytes } from '../../net/mac.ts';
import { hostIpv4 } from './options/kinds.ts';

export type RelayInformation = {
  /** Sub-option 1, the port that the client is plugged into, as text for people. */
  readonly circuitId: string | null;
  /** Sub-option 2, the relay or the far end of the circuit, as text for people. */
  readonly remoteId: string | null;
  /** Sub-option 5 (RFC 3527): an address of the client's own link, where giaddr is of another. */
  readonly linkSelection: Ipv4 | null;
  /** Sub-option 11 (RFC 5107): stands in option 54 instead of our address, so that renewals pass the relay too. */
  readonly serverIdOverride: Ipv4 | null;
  /** Sub-option 19 (RFC 8357): the relay asks from a port of its own, and wants its answer there. */
  readonly asksFromOwnPort: boolean;
};

export const NO_RELAY_INFORMATION: RelayInformation = {
  circuitId: null,
  remoteId: null,
  linkSelection: null,
  serverIdOverride: null,
  asksFromOwnPort: false,
};

const SUBOPTION = {
  circuitId: 1,
  remoteId: 2,
  linkSelection: 5,
  serverIdOverride: 11,
  sourcePort: 19,
} as const;
/** Longest text that is made of an identifier: it is stored, logged and shown. */
const MOST_TEXT_BYTES = 64;

/** What is cut off counts as absent. */
export function readRelayInformation(option: Uint8Array | null): RelayInformation {
  if (option === null) return NO_RELAY_INFORMATION;
  const found = subOptions(option);
  const read = <Value>(code: number, kind: (bytes: Uint8Array) => Value | null): Value | null => {
    const bytes = found.get(code);
    return bytes === undefined ? null : kind(bytes);
  };
  return {
    circuitId: read(SUBOPTION.circuitId, circuitText),
    remoteId: read(SUBOPTION.remoteId, remoteText),
    linkSelection: read(SUBOPTION.linkSelection, hostIpv4.read),
    serverIdOverride: read(SUBOPTION.serverIdOverride, hostIpv4.read),
    asksFromOwnPort: found.has(SUBOPTION.sourcePort),
  };
}

/** Code, length, value; no pad and no end mark (RFC 3046 2.0). The first of a code counts. */
function subOptions(option: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  let at = 0;
  while (at + 2 <= option.length) {
    const [code = 0, length = 0] = option.subarray(at, at + 2);
    const value = option.subarray(at + 2, at + 2 + length);
    if (value.length < length) break;
    if (!found.has(code)) found.set(code, value);
    at += 2 + length;
  }
  return found;
}

/** Switches of Cisco's kind write type 0, length 4, VLAN (16 bits), module, port. */
function circuitText(bytes: Uint8Array): string | null {
  const [type, length, vlanHigh = 0, vlanLow = 0, module = 0, port = 0] = bytes;
  if (bytes.length === 6 && type === 0 && length === 4)
    return `VLAN ${vlanHigh * 256 + vlanLow} module ${module} port ${port}`;
  return identifierText(bytes);
}

/** The same switches write type 0, length 6, their MAC. */
function remoteText(bytes: Uint8Array): string | null {
  const [type, length] = bytes;
  if (bytes.length === 8 && type === 0 && length === 6) return macFromBytes(bytes, 2);
  return identifierText(bytes);
}

/** Printable text as it stands (also behind a type 1 and its length), a MAC with colons, anything else in hex. */
function identifierText(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return null;
  const isTyped = bytes.length > 2 && bytes[0] === 1 && bytes[1] === bytes.length - 2;
  const shown = bytes.subarray(isTyped ? 2 : 0).subarray(0, MOST_TEXT_BYTES);
  if (shown.every((byte) => byte >= 0x20 && byte < 0x7f)) return Buffer.from(shown).toString('latin1');
  if (bytes.length === 6) return macFromBytes(bytes);
  return `0x${Buffer.from(shown).toString('hex')}`;
}
