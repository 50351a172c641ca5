/**
 * The boot server of PXE on port 4011 (PXE 2.1, EDK2's "BINL"): a machine that has an address already asks which
 * file to boot. It is answered wherever DHCP is served, for some firmware asks here whatever the OFFER said, and where
 * somebody else's DHCP server sends machines to us.
 */
import type { Log } from '../log.ts';
import { cidrContains, parseIpv4 } from '../net/ipv4.ts';
import type { ClientFacts } from './codec/client-facts.ts';
import type { MacOfUuid } from './codec/identity.ts';
import type { ClientMessage } from './codec/message-type.ts';
import { readMessage } from './codec/read-message.ts';
import type { DhcpCounters } from './counters.ts';
import { type DhcpFact, dhcpFact } from './facts.ts';
import type { Reservations } from './leases/reservations.ts';
import type { BootStage, Send } from './question.ts';
import type { Silence } from './replies/answer.ts';
import type { DhcpBootFields } from './replies/boot-fields.ts';
import { composeBootReply } from './replies/boot-reply.ts';
import { BOOT_SERVER_PORT, bootServerDestination } from './replies/destination.ts';
import type { BootNetwork } from './wires/network.ts';
import type { Arrival } from './wires/wires.ts';

export type BootServerParts = {
  readonly networks: readonly BootNetwork[];
  readonly reservations: Reservations;
  /** Null: a system asks. */
  readonly stageOf: (facts: ClientFacts) => BootStage | null;
  /** For clients that do not tell their MAC. */
  readonly macOfUuid: MacOfUuid;
  readonly bootFields: (facts: ClientFacts, network: BootNetwork) => DhcpBootFields | null;
  readonly now: () => number;
  readonly log: Log;
  readonly counters: DhcpCounters;
  readonly onFact: (fact: DhcpFact) => void;
};

/** Where a datagram came from. */
export type Source = { readonly address: string; readonly port: number };

export type BootServer = {
  /** Handles one datagram. Bad input is counted, never thrown. */
  receive(
    datagram: Uint8Array,
    from: { readonly arrival: Arrival; readonly source: Source; readonly send: Send },
  ): void;
};

/** REQUEST is what PXE says; others are sent as well, and mean the same. */
const QUESTIONS: readonly ClientMessage[] = ['request', 'discover', 'inform'];

export function createBootServer(parts: BootServerParts): BootServer {
  const { counters, log, reservations } = parts;
  return {
    receive: (datagram, { arrival, source, send }) => {
      // "If not used, a value of zero" (RFC 768): nobody can be answered there.
      if (source.port === 0) {
        counters.count('no_source_port');
        return;
      }
      const read = readMessage(datagram, parts);
      if (!read.ok) return;
      counters.count('received_boot_question');
      const { facts, packet } = read;
      const network = networkOf(facts, { arrival, source }, parts.networks);
      const silence = silenceFor(facts, { network, reservations, stageOf: parts.stageOf });
      const boot = network === null || silence !== null ? null : parts.bootFields(facts, network);
      if (network === null || boot === null) {
        counters.count(silence ?? 'nothing_to_boot');
        return;
      }
      const destination = bootServerDestination(source, packet.broadcast);
      const reply = composeBootReply({
        kind: 'boot_ack',
        question: packet,
        facts,
        network,
        boot,
        destination,
      });
      counters.count('sent_boot_ack');
      send(reply.bytes, destination);
      const to = `${destination.address}:${destination.port}`;
      log.info({ network: network.name, mac: facts.mac, file: boot.file, to }, 'DHCP boot ack');
      const sentence = `asked on port ${BOOT_SERVER_PORT} what to boot, and was told ${boot.file}`;
      const address = facts.ciaddr ?? parseIpv4(source.address);
      const body = { kind: 'dhcp.boot_file', address, sentence } as const;
      parts.onFact(dhcpFact(facts, { network: network.name, at: parts.now() }, body));
    },
  };
}

/**
 * The network that the question comes from, by its sender's address: strangers get no answer, which could be meant
 * for others. A machine without an address is on the interface's wire.
 */
function networkOf(
  { ciaddr }: ClientFacts,
  { arrival, source }: { readonly arrival: Arrival; readonly source: Source },
  networks: readonly BootNetwork[],
): BootNetwork | null {
  const sender = parseIpv4(source.address);
  const isNobody = sender === null || source.address === '0.0.0.0';
  const address = isNobody ? ciaddr : sender;
  if (address !== null) return networks.find(({ cidr }) => cidrContains(cidr, address)) ?? null;
  if (arrival.by === 'address') return null;
  return networks.find((network) => network.interface === arrival.interface) ?? null;
}

function silenceFor(
  facts: ClientFacts,
  situation: Pick<BootServerParts, 'reservations' | 'stageOf'> & { readonly network: BootNetwork | null },
): Silence | null {
  const { network, reservations, stageOf } = situation;
  if (!QUESTIONS.includes(facts.messageType) || stageOf(facts) === null) return 'no_boot_question';
  if (network === null) return 'unknown_link';
  const isUnknown = network.mode === 'reservations' && reservations.of(facts.mac) === null;
  return isUnknown ? 'unknown_client' : null;
}
