/** Where a reply goes: RFC 2131 4.1 as one function. */
import { type Cidr, type Ipv4, isHostOf, parseIpv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';

export const SERVER_PORT = 67;
export const CLIENT_PORT = 68;
/** Of PXE's boot servers. */
export const BOOT_SERVER_PORT = 4011;

export const EVERYBODY = parseIpv4('255.255.255.255') as Ipv4;

export type ReplyKind = 'offer' | 'ack' | 'nak' | 'inform';

export type Destination = {
  readonly address: Ipv4;
  readonly port: number;
  /** The flag that the reply carries; a relay reads it. */
  readonly broadcastFlag: boolean;
  /** For a machine that cannot answer ARP yet: from our address to its MAC; absent: the kernel finds the way. */
  readonly frame?: Pick<AnsweredAlone, 'from' | 'to'>;
};

/** How a machine without an address is answered alone: what it gets, our address, and its MAC. */
export type AnsweredAlone = { readonly address: Ipv4; readonly from: Ipv4; readonly to: Mac };

type Question = {
  readonly giaddr: Ipv4 | null;
  readonly ciaddr: Ipv4 | null;
  /** What the client gets. */
  readonly yiaddr: Ipv4 | null;
  /** Of the network that it is about. */
  readonly cidr: Cidr;
  readonly broadcast: boolean;
  /**
   * It was sent to an address of ours, from whichever wire (a renewal from behind a relay, say): a broadcast would
   * not reach it.
   */
  readonly isRouted: boolean;
  /** Null: a machine without an address is answered by broadcast. */
  readonly alone: AnsweredAlone | null;
};

export function replyDestination(question: Question, reply: ReplyKind): Destination {
  const { giaddr, broadcast, isRouted, alone } = question;
  const inUse = addressInUse(question, reply);
  // RFC 2131 4.3.5: the answer to INFORM goes directly to the address in `ciaddr`.
  if (reply === 'inform' && inUse !== null)
    return { address: inUse, port: CLIENT_PORT, broadcastFlag: broadcast };
  // "If 'giaddr' is non-zero, the server sends any return messages to the 'DHCP server' port on the relay
  // agent whose address appears in 'giaddr'"; a NAK with the broadcast bit set, so that the relay broadcasts it.
  if (giaddr !== null)
    return { address: giaddr, port: SERVER_PORT, broadcastFlag: broadcast || reply === 'nak' };
  // "If 'giaddr' is zero and 'ciaddr' is nonzero, the server unicasts OFFER and ACK to 'ciaddr'."
  if (inUse !== null) return { address: inUse, port: CLIENT_PORT, broadcastFlag: broadcast };
  // "In all cases, when 'giaddr' is zero, the server broadcasts any DHCPNAK messages to 0xffffffff."
  if (reply === 'nak') return { address: EVERYBODY, port: CLIENT_PORT, broadcastFlag: broadcast };
  // "If the broadcast bit is set, the server broadcasts"; if not, it unicasts to the hardware address and 'yiaddr',
  // which ARP cannot resolve yet: so every PXE server broadcasts then, too, unless it is told otherwise.
  if (!broadcast && !isRouted && alone !== null)
    return { address: alone.address, port: CLIENT_PORT, broadcastFlag: false, frame: alone };
  return { address: EVERYBODY, port: CLIENT_PORT, broadcastFlag: broadcast };
}

/**
 * The address in `ciaddr`, where the client can be taken to use it; else null. Anybody can write any address there, and
 * it would get our reply: so it has to be one of the network's machines, and one that renews, asks for options only, or
 * cannot be reached by a broadcast. An OFFER goes to none: a machine with an address asks for none (RFC 2131 table 5).
 */
function addressInUse({ ciaddr, cidr, isRouted, yiaddr }: Question, reply: ReplyKind): Ipv4 | null {
  if (ciaddr === null) return null;
  const isUsed = isRouted || reply === 'inform' || (reply === 'ack' && ciaddr === yiaddr);
  return isUsed && isHostOf(cidr, ciaddr) ? ciaddr : null;
}

/** RFC 8357 5.2: a relay that says so gets its answers at the port that it asked from. */
export function atRelayPort(
  destination: Destination,
  relay: { readonly giaddr: Ipv4 | null; readonly asksFromOwnPort: boolean; readonly port: number },
): Destination {
  const isForRelay = relay.giaddr !== null && destination.address === relay.giaddr;
  // "If not used, a value of zero" (RFC 768): nobody can be answered there.
  return isForRelay && relay.asksFromOwnPort && relay.port !== 0
    ? { ...destination, port: relay.port }
    : destination;
}

/**
 * Where the boot server on port 4011 answers: to where the question came from, whichever port it was. Firmware that
 * asks without an address hears broadcasts only.
 */
export function bootServerDestination(
  source: { readonly address: string; readonly port: number },
  broadcastFlag: boolean,
): Destination {
  const address = parseIpv4(source.address);
  return address === null || source.address === '0.0.0.0'
    ? { address: EVERYBODY, port: CLIENT_PORT, broadcastFlag }
    : { address, port: source.port, broadcastFlag };
}
