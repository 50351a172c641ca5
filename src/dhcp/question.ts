/** A client's message on its way through the server. */
import type { ClientFacts } from './codec/client-facts.ts';
import type { DhcpPacket } from './codec/packet.ts';
import { readRelayInformation } from './codec/relay-information.ts';
import type { Destination } from './replies/destination.ts';
import type { Place, Places } from './wires/shared-network.ts';
import type { Arrival } from './wires/wires.ts';

export type Send = (bytes: Uint8Array, destination: Destination) => void;

/** What asks of a machine that boots. */
export type BootStage = 'firmware' | 'ipxe';

/** A client's message that was read. */
export type Question = {
  readonly datagram: Uint8Array;
  readonly packet: DhcpPacket;
  readonly facts: ClientFacts;
  readonly stage: BootStage | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly arrival: Arrival;
  /** Of its sender. */
  readonly port: number;
  /** Out of the socket that it came in by. */
  readonly send: Send;
  /** Addresses that were chosen for it and found in use. */
  readonly foundInUse?: number;
};

/** A question of which it is known what network it is about. */
export type Case = Question & { readonly place: Place };

/**
 * A renewal goes past the relay: what the relay said when the lease was given still counts. It is not echoed, for
 * the client did not send it (RFC 3046 2.2).
 */
export function withRelayOfLease(facts: ClientFacts, places: Places): ClientFacts {
  if (facts.relayInformation !== null || facts.ciaddr === null) return facts;
  const lease = places
    .map(({ book }) => book.leaseOf(facts.leaseKey))
    .find((one) => one?.address === facts.ciaddr);
  return lease?.relayInformation == null
    ? facts
    : { ...facts, relay: readRelayInformation(lease.relayInformation) };
}
