/** From a datagram to what a client says; what cannot be read is counted. */

import type { DhcpCounters } from '../counters.ts';
import { type ClientFacts, readClient } from './client-facts.ts';
import type { MacOfUuid } from './identity.ts';
import { type DhcpPacket, decodePacket } from './packet.ts';

export type MessageRead =
  | { readonly ok: true; readonly packet: DhcpPacket; readonly facts: ClientFacts }
  /** `nameless`: the message of a client that does not say who it is. */
  | { readonly ok: false; readonly nameless: DhcpPacket | null };

const UNREAD: MessageRead = { ok: false, nameless: null };

/** What is no message of a client that says who it is, is counted by its reason; nothing is thrown. */
export function readMessage(
  datagram: Uint8Array,
  { counters, macOfUuid }: { readonly counters: DhcpCounters; readonly macOfUuid: MacOfUuid },
): MessageRead {
  const decoded = decodePacket(datagram);
  if (!decoded.ok) {
    counters.count(decoded.reason);
    return UNREAD;
  }
  if (decoded.truncated) counters.count('options_truncated');
  const client = readClient(decoded.packet, macOfUuid);
  if (!client.ok) {
    counters.count(client.reason);
    return client.reason === 'no_hardware_address' ? { ok: false, nameless: decoded.packet } : UNREAD;
  }
  return { ok: true, packet: decoded.packet, facts: client.facts };
}
