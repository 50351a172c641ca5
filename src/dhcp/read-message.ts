/** From a datagram to what a client says; what cannot be read is counted. */
import { type ClientFacts, readClient } from './client-facts.ts';
import type { DhcpCounters } from './counters.ts';
import type { MacOfUuid } from './identity.ts';
import { type DhcpPacket, decodePacket } from './packet.ts';

export type ClientMessageRead = { readonly packet: DhcpPacket; readonly facts: ClientFacts };

/** Null for what is no message of a client: counted by its reason, never thrown. */
export function readMessage(
  datagram: Uint8Array,
  { counters, macOfUuid }: { readonly counters: DhcpCounters; readonly macOfUuid: MacOfUuid },
): ClientMessageRead | null {
  const decoded = decodePacket(datagram);
  if (!decoded.ok) {
    counters.count(decoded.reason);
    return null;
  }
  if (decoded.truncated) counters.count('options_truncated');
  const client = readClient(decoded.packet, macOfUuid);
  if (!client.ok) {
    counters.count(client.reason);
    return null;
  }
  return { packet: decoded.packet, facts: client.facts };
}
