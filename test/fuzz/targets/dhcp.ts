/** DHCP: the codec, the server behind its socket in each mode, and PXE's boot server. */
import { bootStageOf } from '../../../src/boot/client.ts';
import { createBootServer } from '../../../src/dhcp/boot-server.ts';
import { CLIENT_REFUSALS, type ClientFacts, readClient } from '../../../src/dhcp/codec/client-facts.ts';
import { decodePacket, encodePacket, PACKET_REFUSALS } from '../../../src/dhcp/codec/packet.ts';
import { createDhcpCounters, type DhcpCounters } from '../../../src/dhcp/counters.ts';
import { createReservationTable } from '../../../src/dhcp/leases/reservations.ts';
import { SILENCES } from '../../../src/dhcp/replies/answer.ts';
import type { DhcpNetwork } from '../../../src/dhcp/wires/network.ts';
import type { Arrival } from '../../../src/dhcp/wires/wires.ts';
import { createLog } from '../../../src/log.ts';
import type { Mac } from '../../../src/net/mac.ts';
import { placeOf, type Sent, startExchange, US } from '../../dhcp/exchange-rig.ts';
import { bookOf, cidr, mac, NETWORK, NOW } from '../../dhcp/samples.ts';
import { dhcpDatagram } from '../inputs/dhcp.ts';
import { mutate, pick, type Random } from '../mutate.ts';
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

const dropped = (counters: DhcpCounters): number => {
  const counts = counters.snapshot();
  return REASONS.reduce((sum, reason) => sum + counts[reason], 0);
};

/** At most one reply, of bounded size, or a reason. */
function judge(
  input: Uint8Array,
  outcome: { readonly replies: readonly Uint8Array[]; readonly isCounted: boolean },
): void {
  const { replies, isCounted } = outcome;
  promise(replies.length <= 1, `${replies.length} replies to one message`, input);
  const bound = Math.max(MOST_BYTES, input.length + ECHO_BYTES);
  promise((replies[0]?.length ?? 0) <= bound, 'the reply is too large', input);
  promise(replies.length === 1 || isCounted, 'dropped, and no reason was counted', input);
}

const BOOT_FIELDS = (_facts: ClientFacts, { address }: DhcpNetwork) => ({
  siaddr: address,
  file: 'snponly.efi',
  options: [{ code: 60, value: Buffer.from('PXEClient') }],
});

const RACK: DhcpNetwork = {
  ...NETWORK,
  name: 'rack',
  interface: null,
  wire: 'rack',
  cidr: cidr('10.99.0.0/24'),
};
const ARRIVALS: readonly Arrival[] = [
  { by: 'interface', interface: 'eth1' },
  { by: 'address', address: NETWORK.address },
];

function openServer(mode: DhcpNetwork['mode'], random: Random): FuzzRun {
  const book = bookOf();
  // Seven of the ten for strangers and one for quarantine leave some for the machines of nodes.
  const network = { ...NETWORK, mode, strangersPercent: 70 };
  const rig = startExchange({ places: [{ network, book }, placeOf(RACK)], bootFields: BOOT_FIELDS });
  for (const known of [mac(1), UNHEARD])
    rig.reservations.set('node', known, { addresses: [], hostname: null });
  const silent = (): number => {
    const counts = rig.counters.snapshot();
    return dropped(rig.counters) + counts.received_release + counts.received_decline;
  };
  const step = (): void => {
    const input = datagram(random);
    const before = silent();
    const sent = survives(input, () => rig.receive(input, pick(random, ARRIVALS)));
    judge(input, { replies: sent.map(({ bytes }) => bytes), isCounted: silent() > before });
    promise(rig.counters.snapshot().internal_error === 0, 'an error inside', input);
    // Ten addresses, and what is remembered of them.
    promise(book.leases().length <= 10, `${book.leases().length} leases of ten addresses`, input);
    for (const kept of [rig.sent, rig.facts, rig.journaled, rig.notices]) kept.length = 0;
    if (random.below(50) === 0) rig.advance(random.below(7200));
  };
  const ask = (one: Mac): readonly Sent[] => rig.say({ type: 'discover', mac: one, options: FIRMWARE });
  /** Made-up machines take what they are offered, and ask once more, until no address is left for their like. */
  const takeAll = (): void => {
    for (let number = 0; number < 40; number++) {
      const one = mac(80_000 + number);
      const offered = ask(one)[0]?.packet.yiaddr ?? null;
      if (offered !== null) rig.say({ type: 'request', mac: one, asks: offered, serverId: US });
      rig.say({ type: 'discover', mac: one, xid: number });
      if (number % 10 === 9) rig.advance(130);
    }
  };
  /** A node's machine gets an address in the middle of it, and when all has run out anybody honest. */
  const finish = (): void => {
    takeAll();
    promise(
      ask(UNHEARD).length === 1,
      'a node’s machine got no offer while strangers held addresses',
      NO_INPUT,
    );
    rig.advance(30 * 24 * 3600);
    const honest = mac(mode === 'reservations' ? 1 : 70_000);
    promise(ask(honest).length === 1, 'an honest machine got no offer', NO_INPUT);
  };
  return { step, finish };
}

const NO_INPUT = Buffer.alloc(0);
/** Of a node, and none of the flood's. */
const UNHEARD = mac(70_001);

const FIRMWARE = [
  [60, Buffer.from('PXEClient:Arch:00007:UNDI:003016')],
  [93, Uint8Array.of(0, 7)],
] as const;

function openBootServer(random: Random): FuzzRun {
  const counters = createDhcpCounters();
  const server = createBootServer({
    networks: [NETWORK, RACK],
    reservations: createReservationTable(),
    macOfUuid: () => null,
    stageOf: bootStageOf,
    bootFields: (facts) => (random.below(4) === 0 ? null : BOOT_FIELDS(facts, NETWORK)),
    now: () => NOW,
    log: createLog('silent'),
    counters,
    onFact: () => undefined,
  });
  const step = (): void => {
    const input = datagram(random);
    const source = {
      address: pick(random, ['0.0.0.0', '10.77.0.12', '192.0.2.1']),
      port: random.below(65_536),
    };
    const replies: Uint8Array[] = [];
    const before = dropped(counters);
    const arrival = pick(random, ARRIVALS);
    survives(input, () => server.receive(input, { arrival, source, send: (bytes) => replies.push(bytes) }));
    judge(input, { replies, isCounted: dropped(counters) > before });
  };
  return { step };
}

const MODES = ['authoritative', 'reservations', 'proxy'] as const;

export const targets: readonly FuzzTarget[] = [
  { group: 'dhcp', name: 'the DHCP codec', open: openCodec },
  ...MODES.map(
    (mode): FuzzTarget => ({
      group: 'dhcp',
      name: `the DHCP server, ${mode}`,
      open: (random) => openServer(mode, random),
    }),
  ),
  { group: 'dhcp', name: 'the boot server on port 4011', open: openBootServer },
];
