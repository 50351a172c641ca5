/**
 * Where every DHCP datagram is read, whichever socket it came by, and handed to the exchange of the wire that it
 * is about.
 */
import type { Clock } from '../clock.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { RepeatLimit } from '../net/repeat-limit.ts';
import type { Source } from './boot-server.ts';
import type { ClientFacts } from './codec/client-facts.ts';
import type { MacOfUuid } from './codec/identity.ts';
import { readMessage } from './codec/read-message.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import { dhcpFact, silenceSentence, unansweredKind } from './facts.ts';
import { dynamicAddresses } from './leases/address-range.ts';
import { moveWithClock } from './leases/after-step.ts';
import type { Lease } from './leases/lease.ts';
import { LeaseBook } from './leases/lease-book.ts';
import type { LeaseJournal } from './leases/lease-journal.ts';
import { createLeaseWriter } from './leases/lease-writer.ts';
import type { BootStage, Question, Send } from './question.ts';
import { NamelessMachines } from './strangers/nameless-machines.ts';
import type { SteppedClock } from './watch/clock-steps.ts';
import type { DhcpNetwork } from './wires/network.ts';
import type { Place, Places } from './wires/shared-network.ts';
import { type Arrival, type Astray, chooseWire, type DhcpWire, wiresOf } from './wires/wires.ts';

type PassedOn = Omit<ExchangeParts, 'places' | 'onOtherServer' | 'write' | 'clock'>;

export type DeskOptions = PassedOn & {
  /** Shared by all servers of the process, so that they share each turn's fsync. */
  readonly journal: LeaseJournal;
  readonly clock: Pick<SteppedClock, 'now' | 'onStep'>;
  /** Firmware and iPXE get short leases; null: a system asks. */
  readonly stageOf: (facts: ClientFacts) => BootStage | null;
  /** For clients that do not tell their MAC. */
  readonly macOfUuid: MacOfUuid;
  /** Whether a question is that of our own search for other servers, which a relay brought back. */
  readonly isOurSearch: (mac: Mac) => boolean;
  /** A machine takes the offer of that server; `network` is the first of the machine's wire. */
  readonly onOtherServer: (network: string, server: Ipv4) => void;
  /** Served by us, on our own wires and behind relays. */
  readonly places: readonly Place[];
};

export type Desk = {
  /** Handles one datagram. Bad input is counted, never thrown. */
  receive(
    datagram: Uint8Array,
    from: { readonly arrival: Arrival; readonly source: Pick<Source, 'port'>; readonly send: Send },
  ): void;
  /** Commits what waits and answers it. */
  settle(): Promise<void>;
  /** A foreign machine has that address, which we would have given away. */
  inUse(address: Ipv4, usedBy: Mac): void;
};

/** The network went by client identifiers once. */
function underItsMac({ clientId: _, ...lease }: Lease): Lease {
  return lease;
}

/** Networks with their leases as the journal has them. @throws IngotError `environment` when it cannot be read */
export async function openPlaces(
  networks: readonly DhcpNetwork[],
  { journal, clock }: { readonly journal: Pick<LeaseJournal, 'load'>; readonly clock: Pick<Clock, 'now'> },
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const network of networks) {
    const loaded = await journal.load(network.name);
    const leases = network.identity === 'mac' ? loaded.map(underItsMac) : loaded;
    places.push({ network, book: new LeaseBook(dynamicAddresses(network), leases, clock.now()) });
  }
  return places;
}

export function createDesk(options: DeskOptions): Desk {
  const { journal, counters, clock } = options;
  const write = createLeaseWriter(options);
  const wires = wiresOf(options.places.map(({ network }) => network));
  const exchanges = new Map<DhcpWire, Exchange>();
  const nameless = new NamelessMachines(wires, options.onNotice);
  for (const wire of wires) {
    const [first, ...more] = options.places.filter(({ network }) => wire.networks.includes(network));
    if (first === undefined) continue;
    const places: Places = [first, ...more];
    const onOtherServer = (server: Ipv4): void => options.onOtherServer(first.network.name, server);
    exchanges.set(wire, new Exchange({ ...options, places, write, onOtherServer }));
  }
  /** Strangers ask again every few seconds. */
  const remarks = new RepeatLimit({ quietMs: 60_000, mostKeys: 4096 });
  clock.onStep((byMs, now) => {
    for (const { network, book } of options.places)
      moveWithClock({ network: network.name, book, write, log: options.log }, byMs, now);
    for (const exchange of exchanges.values()) exchange.forgetTimes(now);
    remarks.clear();
  });

  const turnAway = (question: Question, reason: Astray): void => {
    const { facts, now } = question;
    counters.count(reason);
    const kind = unansweredKind(facts);
    if (kind === null || !remarks.allows(`${facts.mac} ${reason}`, now)) return;
    const body = { kind, address: null, sentence: silenceSentence(reason, facts) };
    options.log.warn({ mac: facts.mac, relay: facts.giaddr }, `a machine ${body.sentence}`);
    options.onFact(dhcpFact(facts, { network: null, at: now }, body));
  };

  return {
    receive: (datagram, { arrival, source, send }) => {
      const read = readMessage(datagram, options);
      if (!read.ok) {
        if (read.nameless !== null) nameless.heard(read.nameless, arrival, clock.now());
        return;
      }
      const { facts, packet } = read;
      counters.count(`received_${facts.messageType}`);
      if (options.isOurSearch(facts.mac)) {
        counters.count('own_search');
        return;
      }
      const stage = options.stageOf(facts);
      const { port } = source;
      const question: Question = { datagram, packet, facts, stage, now: clock.now(), arrival, port, send };
      const chosen = chooseWire(facts, arrival, wires);
      if (chosen.ok) exchanges.get(chosen.wire)?.receive(question);
      else turnAway(question, chosen.reason);
    },
    settle: () => journal.flush(),
    inUse: (address, usedBy) => {
      for (const exchange of exchanges.values()) exchange.inUse(address, usedBy);
    },
  };
}
