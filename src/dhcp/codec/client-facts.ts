/** What a client's message says of the client, read once and in one place. Pure. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { clientIdText, type LeaseKey } from '../leases/lease-key.ts';
import { identityOf, type MacOfUuid } from './identity.ts';
import { type ClientMessage, isClientMessage, messageTypeOf } from './message-type.ts';
import { OPTIONS, readOption } from './options/table.ts';
import type { DhcpPacket } from './packet.ts';
import { type RelayInformation, readRelayInformation } from './relay-information.ts';

export type ClientFacts = {
  readonly messageType: ClientMessage;
  /** Which machine it is. Client identifiers change between ROM, iPXE and OS; the MAC does not. */
  readonly mac: Mac;
  /** Under what its leases are kept; the MAC, until the network is known. */
  readonly leaseKey: LeaseKey;
  readonly xid: string;
  readonly secs: number;
  /** The client cannot take unicast yet. */
  readonly broadcast: boolean;
  /** The address that the client has and uses. */
  readonly ciaddr: Ipv4 | null;
  /** The relay that passed the message on. */
  readonly giaddr: Ipv4 | null;
  readonly requestedAddress: Ipv4 | null;
  readonly serverId: Ipv4 | null;
  readonly hostname: string | null;
  /** Such as `PXEClient:Arch:00007:UNDI:003016`, `HTTPClient:...`. */
  readonly vendorClass: string | null;
  /** Option 77 as it came: iPXE sends plain text, others RFC 3004 lists. */
  readonly userClass: Uint8Array | null;
  /** Option 93, empty when absent or malformed. */
  readonly archs: readonly number[];
  /** Option 175 as it came; only iPXE sends it. */
  readonly ipxe: Uint8Array | null;
  /** Option 97 as it came: a type byte and the SMBIOS UUID. */
  readonly uuid: Uint8Array | null;
  readonly clientId: Uint8Array | null;
  /** Option 82 as the relay put it, to be echoed. */
  readonly relayInformation: Uint8Array | null;
  /** What option 82 says; in a renewal that comes without a relay, what it said when the lease was given. */
  readonly relay: RelayInformation;
  /** Option 118: an address of the link that the client wants an address of. */
  readonly subnetSelection: Ipv4 | null;
  /** Option 57: largest IP datagram that the client takes, in bytes. */
  readonly maximumSize: number | null;
};

export const CLIENT_REFUSALS = [
  'not_a_client_message',
  'no_hardware_address',
  'bootp',
  'unknown_message_type',
] as const;
export type ClientRefusal = (typeof CLIENT_REFUSALS)[number];

export type ReadClient =
  | { readonly ok: true; readonly facts: ClientFacts }
  | { readonly ok: false; readonly reason: ClientRefusal };

/** `macOfUuid`: for a client that does not tell its MAC. */
export function readClient(packet: DhcpPacket, macOfUuid: MacOfUuid = () => null): ReadClient {
  if (packet.op !== 'request') return { ok: false, reason: 'not_a_client_message' };
  const { options } = packet;
  const typeCode = readOption(options, OPTIONS.messageType);
  if (typeCode === null)
    return { ok: false, reason: options.has(OPTIONS.messageType.code) ? 'unknown_message_type' : 'bootp' };
  const messageType = messageTypeOf(typeCode);
  if (messageType === null) return { ok: false, reason: 'unknown_message_type' };
  if (!isClientMessage(messageType)) return { ok: false, reason: 'not_a_client_message' };
  const mac = identityOf(packet, macOfUuid);
  if (mac === null) return { ok: false, reason: 'no_hardware_address' };
  const relayInformation = readOption(options, OPTIONS.relayInformation);
  const facts: ClientFacts = {
    messageType,
    mac,
    leaseKey: mac,
    xid: packet.xid,
    secs: packet.secs,
    broadcast: packet.broadcast,
    ciaddr: packet.ciaddr,
    giaddr: packet.giaddr,
    requestedAddress: readOption(options, OPTIONS.requestedAddress),
    serverId: readOption(options, OPTIONS.serverIdentifier),
    hostname: hostnameOf(packet),
    vendorClass: readOption(options, OPTIONS.vendorClass),
    userClass: readOption(options, OPTIONS.userClass),
    archs: readOption(options, OPTIONS.clientArchitectures) ?? [],
    ipxe: readOption(options, OPTIONS.ipxe),
    uuid: readOption(options, OPTIONS.machineUuid),
    clientId: readOption(options, OPTIONS.clientIdentifier),
    relayInformation,
    relay: readRelayInformation(relayInformation),
    subnetSelection: readOption(options, OPTIONS.subnetSelection),
    maximumSize: readOption(options, OPTIONS.maximumSize),
  };
  return { ok: true, facts };
}

/** With the identity that the network goes by. */
export function identifiedBy(identity: 'mac' | 'client-id', facts: ClientFacts): ClientFacts {
  const leaseKey = identity === 'mac' ? null : clientIdText(facts.clientId);
  return leaseKey === null ? facts : { ...facts, leaseKey };
}

/** The host name (RFC 952 and 1123 letters only): it is stored, logged and shown. */
function hostnameOf(packet: DhcpPacket): string | null {
  const name = readOption(packet.options, OPTIONS.hostname);
  return name !== null && /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(name) ? name : null;
}
