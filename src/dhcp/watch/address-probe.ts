/** ARP probes on one interface: a packet socket, looked into while questions are open, around a `ProbeTable`. */
import type { Clock } from '../../clock.ts';
import { decodeArpReply, encodeArpProbe } from '../../net/arp.ts';
import { ETHERTYPE } from '../../net/ethernet.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { ARP_REPLIES } from '../../net/packet-filter.ts';
import { openPacketSocket } from '../../net/packet-socket.ts';
import { ProbeTable, type Waiter } from './probe-table.ts';

export type AddressProbe = {
  /** Whether nobody answered for it lately. It is offered now: who has it later is its machine. */
  takeClear(address: Ipv4): boolean;
  /** Asks who has it; false, and `waiter` is never called, when too many questions are open. */
  probe(address: Ipv4, waiter: Waiter): boolean;
  /** Asks for addresses that will be offered next. */
  prepare(addresses: readonly Ipv4[]): void;
  stop(): Promise<void>;
};

export type AddressProbeOptions = {
  readonly interface: string;
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  /** An address that was asked for is in use by that machine. */
  readonly onUsed: (address: Ipv4, by: Mac) => void;
  /** A defect of ours in what follows an answer: the other machines are served all the same. */
  readonly onDefect: (thrown: unknown) => void;
  /** A machine answers for every address; it is not believed. */
  readonly onProxy: (mac: Mac) => void;
};

const LOOK_MS = 10;
const MOST_FRAMES = 256;

/** @throws IngotError `environment` when there is no such interface or CAP_NET_RAW is missing. */
export function startAddressProbe(options: AddressProbeOptions): AddressProbe {
  const { clock, onUsed, onProxy } = options;
  const socket = openPacketSocket({
    interface: options.interface,
    takes: { etherType: ETHERTYPE.arp, filter: ARP_REPLIES },
  });
  const table = new ProbeTable({
    ask: (address) => void socket.send(encodeArpProbe(socket.mac, address)),
    onUsed,
    onProxy,
  });
  const stopping = new AbortController();
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    while (table.pending() > 0 && !stopping.signal.aborted) {
      await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined);
      // Answers first: one that came in time counts, however late we look.
      try {
        for (const frame of socket.take(MOST_FRAMES)) {
          const reply = decodeArpReply(frame);
          if (reply !== null) table.answered(reply.address, reply.mac);
        }
        table.tick(clock.elapsed());
      } catch (thrown) {
        options.onDefect(thrown);
      }
    }
    looking = null;
  };
  const lookOn = (): void => {
    if (table.pending() > 0) looking ??= look();
  };

  return {
    takeClear: (address) => table.takeClear(address, clock.elapsed()),
    probe: (address, waiter) => {
      const taken = table.probe(address, clock.elapsed(), waiter);
      lookOn();
      return taken;
    },
    prepare: (addresses) => {
      table.prepare(addresses, clock.elapsed());
      lookOn();
    },
    stop: async () => {
      stopping.abort();
      await looking;
      socket.close();
    },
  };
}
