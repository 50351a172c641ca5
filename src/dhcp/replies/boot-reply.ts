/**
 * Replies that name a boot file and give no address (PXE 2.1): the OFFER of a proxy beside somebody else's DHCP server,
 * and the ACK of the boot server on port 4011. Pure.
 */

import type { ClientFacts } from '../codec/client-facts.ts';
import { MESSAGE_TYPES } from '../codec/message-type.ts';
import { OPTIONS, type OptionMap, writeOption } from '../codec/options/table.ts';
import { type DhcpPacket, encodePacket } from '../codec/packet.ts';
import type { BootNetwork } from '../wires/network.ts';
import type { DhcpBootFields } from './boot-fields.ts';
import type { Destination } from './destination.ts';
import {
  bootFileField,
  bootOptions,
  echoes,
  headerOf,
  mostBytesFor,
  type Reply,
  replyHeader,
  serverIdentifier,
} from './reply.ts';

export type BootReplyParts = {
  readonly kind: 'boot_offer' | 'boot_ack';
  readonly question: DhcpPacket;
  readonly facts: ClientFacts;
  readonly network: BootNetwork;
  readonly boot: DhcpBootFields;
  readonly destination: Destination;
};

export function composeBootReply(parts: BootReplyParts): Reply {
  const { kind, question, facts, network, boot, destination } = parts;
  const packet: DhcpPacket = {
    ...replyHeader(question),
    broadcast: destination.broadcastFlag,
    ciaddr: kind === 'boot_ack' ? question.ciaddr : null,
    yiaddr: null,
    siaddr: boot.siaddr,
    file: bootFileField(boot),
    options: optionsOf(parts),
  };
  const { bytes, omitted } = encodePacket(packet, mostBytesFor(facts.maximumSize));
  return { kind, network: network.name, header: headerOf(packet), bytes, destination, omitted };
}

/** No lease times, mask or routers: whoever gives the address says them. */
function optionsOf({ kind, question, facts, network, boot }: BootReplyParts): OptionMap {
  const type = kind === 'boot_offer' ? MESSAGE_TYPES.offer : MESSAGE_TYPES.ack;
  const options = new Map([
    writeOption(OPTIONS.messageType, type),
    serverIdentifier(facts, network),
    ...echoes(facts),
    ...bootOptions(facts, boot),
  ]);
  const item = kind === 'boot_ack' ? bootItem(question.options.get(OPTIONS.vendorSpecific.code)) : null;
  const vendor = options.get(OPTIONS.vendorSpecific.code);
  if (item !== null && vendor !== undefined)
    options.set(OPTIONS.vendorSpecific.code, withBootItem(vendor, item));
  return options;
}

const BOOT_ITEM = 71;
const PXE_END = 255;

/** Which entry of a boot menu is asked for (PXE 2.1, option 43.71: type and layer), header included. */
function bootItem(vendor: Uint8Array | undefined): Uint8Array | null {
  let at = 0;
  while (vendor !== undefined && at + 1 < vendor.length) {
    const [code = PXE_END, length = 0] = vendor.subarray(at, at + 2);
    if (code === PXE_END) return null;
    // A pad has no length.
    if (code === 0) {
      at++;
      continue;
    }
    if (code === BOOT_ITEM && length === 4 && at + 6 <= vendor.length) return vendor.subarray(at, at + 6);
    at += 2 + length;
  }
  return null;
}

/** Before the end mark. */
function withBootItem(vendor: Uint8Array, item: Uint8Array): Uint8Array {
  const end = vendor.at(-1) === PXE_END ? vendor.length - 1 : vendor.length;
  return Uint8Array.of(...vendor.subarray(0, end), ...item, PXE_END);
}
