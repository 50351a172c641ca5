/** DHCP: the codec, and the server behind its socket (decode, recognise, decide, lease, reply). */
import { SILENCES } from '../../../src/dhcp/answer.ts';
import { CLIENT_REFUSALS, readClient } from '../../../src/dhcp/client-facts.ts';
import { decodePacket, encodePacket, PACKET_REFUSALS } from '../../../src/dhcp/packet.ts';
import { startExchange } from '../../dhcp/exchange-rig.ts';
import { bookOf, mac, NETWORK } from '../../dhcp/samples.ts';
import { dhcpDatagram } from '../inputs/dhcp.ts';
import { mutate, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise, survives } from '../target.ts';

/** Without fragments on Ethernet. */
const MOST_BYTES = 1472;
/** A relay's option 82 is echoed whole, whatever its size. */
const ECHO_BYTES = 64;

function datagram(random: Random): Buffer {
  const valid = dhcpDatagram(random);
  return random.below(4) === 0 ? valid : mutate(valid, random, [dhcpDatagram(random)]);
}

function openCodec(random: Random): FuzzRun {
  const step = (): void => {
    const input = datagram(random);
    const decoded = survives(input, () => decodePacket(input));
    if (!decoded.ok) return;
    const { packet } = decoded;
    survives(input, () => readClient(packet));
    const { bytes, omitted } = survives(input, () => encodePacket(packet, MOST_BYTES));
    promise(bytes.length <= Math.max(MOST_BYTES, input.length + ECHO_BYTES), 'it wrote too much', input);
    const again = survives(input, () => decodePacket(bytes));
    const kept = again.ok && again.packet.xid === packet.xid && !again.truncated;
    promise(kept, 'what was read and written reads otherwise', input);
    if (omitted.length > 0) return;
    const lost = [...packet.options.keys()].filter((code) => again.ok && !again.packet.options.has(code));
    promise(lost.length === 0, `options ${lost.join(', ')} were lost`, input);
  };
  return { step };
}

/** The server says nothing for one of these reasons, and counts it. */
const REASONS = [...PACKET_REFUSALS, ...CLIENT_REFUSALS, ...SILENCES, 'own_search'] as const;

function openServer(random: Random): FuzzRun {
  const book = bookOf();
  const rig = startExchange({ places: [{ network: NETWORK, book }] });
  const drops = (): number => {
    const counts = rig.counters.snapshot();
    return REASONS.reduce((sum, reason) => sum + counts[reason], 0);
  };
  const silent = (): number => {
    const counts = rig.counters.snapshot();
    return drops() + counts.received_release + counts.received_decline;
  };
  const step = (): void => {
    const input = datagram(random);
    const before = silent();
    const replies = survives(input, () => rig.receive(input));
    promise(replies.length <= 1, `${replies.length} replies to one message`, input);
    const reply = replies[0]?.bytes ?? new Uint8Array();
    promise(reply.length <= Math.max(MOST_BYTES, input.length + ECHO_BYTES), 'the reply is too large', input);
    promise(replies.length === 1 || silent() > before, 'dropped, and no reason was counted', input);
    promise(rig.counters.snapshot().internal_error === 0, 'an error inside', input);
    // Ten addresses, and what is remembered of them.
    promise(book.leases().length <= 10, `${book.leases().length} leases of ten addresses`, input);
    for (const kept of [rig.sent, rig.facts, rig.journaled]) kept.length = 0;
    if (random.below(50) === 0) rig.advance(random.below(7200));
  };
  /** When all leases and quarantines have run out, an honest machine gets an address. */
  const finish = (): void => {
    rig.advance(30 * 24 * 3600);
    const replies = rig.say({ type: 'discover', mac: mac(70_000) });
    promise(replies.length === 1, 'an honest machine got no offer', Buffer.alloc(0));
  };
  return { step, finish };
}

export const targets: readonly FuzzTarget[] = [
  { group: 'dhcp', name: 'the DHCP codec', open: openCodec },
  { group: 'dhcp', name: 'the DHCP server', open: openServer },
];
