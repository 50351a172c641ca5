/** Makes the reply for an answer: packet, bytes, destination. Pure; OFFER and ACK get the same set of options. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { ClientFacts } from '../codec/client-facts.ts';
import { MESSAGE_TYPES } from '../codec/message-type.ts';
import { OPTIONS, type OptionMap, type WrittenOption, writeOption } from '../codec/options/table.ts';
import { DEFAULT_MOST_BYTES, type DhcpPacket, encodePacket, FILE_MAX } from '../codec/packet.ts';
import type { DhcpNetwork } from '../wires/network.ts';
import type { DhcpBootFields } from './boot-fields.ts';
import { type AnsweredAlone, type Destination, type ReplyKind, replyDestination } from './destination.ts';
import { networkOptions } from './network-options.ts';

export type ReplyParts = {
  readonly kind: ReplyKind;
  readonly question: DhcpPacket;
  /** The question was sent to an address of ours, not heard on an interface. */
  readonly isRouted: boolean;
  readonly facts: ClientFacts;
  readonly network: DhcpNetwork;
  /** Firmware or iPXE asks: its lease is short. */
  readonly isBooting: boolean;
  /** The client's address; null in a NAK. */
  readonly yiaddr: Ipv4 | null;
  readonly hostname: string | null;
  readonly boot: DhcpBootFields | null;
  /** Why not, for a NAK. */
  readonly message: string | null;
};

export type Reply = {
  readonly kind: ReplyKind | 'boot_offer' | 'boot_ack';
  /** Name of the network that it is about. */
  readonly network: string;
  /** What the log says of it; the rest of the packet is in the bytes alone, for replies are remembered by thousands. */
  readonly header: ReplyHeader;
  readonly bytes: Uint8Array;
  readonly destination: Destination;
  /** Options that did not fit what the client takes. */
  readonly omitted: readonly number[];
};

export type ReplyHeader = Pick<DhcpPacket, 'yiaddr' | 'siaddr' | 'file'>;

const OFFER = writeOption(OPTIONS.messageType, MESSAGE_TYPES.offer);
const ACK = writeOption(OPTIONS.messageType, MESSAGE_TYPES.ack);

export function composeReply(parts: ReplyParts): Reply {
  const { kind, question, facts, isRouted, yiaddr } = parts;
  const { giaddr, ciaddr, broadcast } = question;
  const { cidr } = parts.network;
  const asked = { giaddr, ciaddr, broadcast, yiaddr, cidr, isRouted, alone: aloneOf(parts) };
  const destination = replyDestination(asked, kind);
  const packet = replyPacket(parts, destination.broadcastFlag);
  const { bytes, omitted } = encodePacket(packet, mostBytesFor(facts.maximumSize));
  return { kind, network: parts.network.name, header: headerOf(packet), bytes, destination, omitted };
}

/** Of a reply's packet, what is kept. */
export function headerOf({ yiaddr, siaddr, file }: DhcpPacket): ReplyHeader {
  return { yiaddr, siaddr, file };
}

/** Null where replies are broadcast, and for a machine whose frames' MAC is not told: chaddr holds something else. */
function aloneOf({ network, yiaddr, question, facts }: ReplyParts): AnsweredAlone | null {
  const isEthernet = question.hardwareType === 1 && question.hardwareAddress.length === 6;
  if (network.reply !== 'unicast' || yiaddr === null || !isEthernet) return null;
  return { address: yiaddr, from: network.address, to: facts.mac };
}

/** What every reply has from its question (RFC 2131 table 3); `sname` stays empty: no options go there. */
export function replyHeader({ hardwareType, hardwareAddress, xid, giaddr }: DhcpPacket) {
  return { op: 'reply', hardwareType, hardwareAddress, hops: 0, xid, secs: 0, giaddr, sname: '' } as const;
}

/** The reply with its options in order of importance: what does not fit goes from the end. */
function replyPacket(parts: ReplyParts, broadcast: boolean): DhcpPacket {
  const { kind, question, boot } = parts;
  const isNak = kind === 'nak';
  return {
    ...replyHeader(question),
    broadcast,
    // RFC 2131 table 3: 0 in an OFFER and a NAK, the client's own in an ACK.
    ciaddr: kind === 'ack' || kind === 'inform' ? question.ciaddr : null,
    yiaddr: kind === 'inform' ? null : parts.yiaddr,
    siaddr: isNak ? null : (boot?.siaddr ?? null),
    file: isNak || boot === null ? '' : bootFileField(boot),
    options: isNak ? nakOptions(parts) : grantOptions(parts),
  };
}

/** The header's `file`; empty when the name has no room there. */
export function bootFileField({ file }: DhcpBootFields): string {
  return file.length > FILE_MAX ? '' : file;
}

/** Bytes that the client takes: option 57 counts the IP and UDP headers (28 bytes) in. */
export function mostBytesFor(maximumSize: number | null): number {
  const ETHERNET_BYTES = 1472;
  return Math.max(DEFAULT_MOST_BYTES, Math.min(maximumSize ?? 0, ETHERNET_BYTES) - 28);
}

function nakOptions(parts: ReplyParts): OptionMap {
  const { facts, message, network } = parts;
  return new Map([
    writeOption(OPTIONS.messageType, MESSAGE_TYPES.nak),
    serverIdentifier(facts, network),
    ...echoes(facts),
    ...(message === null ? [] : [writeOption(OPTIONS.message, message)]),
  ]);
}

function grantOptions(parts: ReplyParts): OptionMap {
  const { kind, facts, network, boot, hostname } = parts;
  const same = networkOptions(network);
  // INFORM asks for options only: RFC 2131 4.3.5 forbids lease times in the answer.
  const times = kind === 'inform' ? [] : parts.isBooting ? same.bootLease : same.lease;
  return firstOfEachCode([
    kind === 'offer' ? OFFER : ACK,
    facts.relay.serverIdOverride === null ? same.server : serverIdentifier(facts, network),
    ...times,
    same.mask,
    ...echoes(facts),
    ...bootOptions(facts, boot),
    ...same.ways,
    ...(hostname === null ? [] : [writeOption(OPTIONS.hostname, hostname)]),
  ]);
}

function firstOfEachCode(written: readonly WrittenOption[]): OptionMap {
  const options = new Map<number, Uint8Array>();
  for (const [code, value] of written) if (!options.has(code)) options.set(code, value);
  return options;
}

/** What the relay says that we are (RFC 5107 4), else our address. */
export function serverIdentifier(facts: ClientFacts, network: Pick<DhcpNetwork, 'address'>): WrittenOption {
  return writeOption(OPTIONS.serverIdentifier, facts.relay.serverIdOverride ?? network.address);
}

/**
 * The client identifier (RFC 6842 3), the relay's option (RFC 3046 2.2) and, where it is heeded, the subnet selection
 * (RFC 3011 2: who sent it drops an answer without), as they came.
 */
export function echoes(facts: ClientFacts): readonly WrittenOption[] {
  const { clientId, giaddr, relayInformation, subnetSelection } = facts;
  const selected = giaddr === null ? null : subnetSelection;
  return [
    ...(selected === null ? [] : [writeOption(OPTIONS.subnetSelection, selected)]),
    ...(clientId === null ? [] : [writeOption(OPTIONS.clientIdentifier, clientId)]),
    ...(relayInformation === null ? [] : [writeOption(OPTIONS.relayInformation, relayInformation)]),
  ];
}

/** What to boot, and the machine's UUID as it came (PXE 2.1). The first of a code counts. */
export function bootOptions({ uuid }: ClientFacts, boot: DhcpBootFields | null): readonly WrittenOption[] {
  const given = boot?.options ?? [];
  const named = boot === null || boot.file === '' || given.some(({ code }) => code === OPTIONS.bootFile.code);
  return [
    ...(uuid === null ? [] : [writeOption(OPTIONS.machineUuid, uuid)]),
    ...given.map(({ code, value }) => [code, terminatedIfNeeded(code, value)] as const),
    ...(named ? [] : [writeOption(OPTIONS.bootFile, boot.file)]),
  ];
}

function terminatedIfNeeded(code: number, value: Uint8Array): Uint8Array {
  const isText = code === OPTIONS.tftpServer.code || code === OPTIONS.bootFile.code;
  return isText && value.at(-1) !== 0 ? Uint8Array.of(...value, 0) : value;
}
