/** One DHCP socket around the desk or the boot server: on an interface for its own wire, or on an address of ours. */
import type { Clock } from '../clock.ts';
import { asIngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type BusySocket, openBusySocket } from '../net/busy-socket.ts';
import type { WatchDrops } from '../net/kernel-drops.ts';
import { RepeatLimit } from '../net/repeat-limit.ts';
import type { Source } from './boot-server.ts';
import type { DhcpCounters } from './counters.ts';
import type { Send } from './question.ts';
import { EVERYBODY } from './replies/destination.ts';
import { createFrameSender, type FrameSender } from './replies/frame-sender.ts';
import { type Endpoint, endpointName } from './wires/endpoints.ts';
import type { Arrival } from './wires/wires.ts';

/** Whoever answers what comes in by a socket. */
export type Answerer = {
  receive(
    datagram: Uint8Array,
    from: { readonly arrival: Arrival; readonly source: Source; readonly send: Send },
  ): void;
  /** Answers what waits. */
  settle?(): Promise<void>;
};

export type DhcpServerOptions = {
  readonly answerer: Answerer;
  readonly endpoint: Endpoint;
  readonly port: number;
  /** A bound socket, the server's to close. */
  readonly descriptor: number;
  readonly counters: DhcpCounters;
  readonly drops?: WatchDrops;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
};

export type DhcpServer = {
  /** Commits and answers what waits, then closes the socket. The journal stays open. */
  stop(): Promise<void>;
};

/** @throws IngotError `environment` when the descriptor is no UDP socket */
export async function startDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { answerer, endpoint, port, counters, log, clock } = options;
  const { arrival } = endpoint;
  const warn = createWarner(log, clock);
  const frames =
    arrival.by === 'interface'
      ? createFrameSender(arrival.interface, (sentence) => warn('frame', sentence))
      : null;
  // Whoever waits for an answer by ARP, or for the disk, may have something to send when the socket is gone.
  let isOpen = true;
  const send: Send = (bytes, destination) => {
    if (isOpen) sendBy(socket, frames, bytes, destination);
  };
  const socket = await openBusySocket({
    descriptor: options.descriptor,
    drops: options.drops,
    onDatagram: (datagram, source) => {
      try {
        answerer.receive(datagram, { arrival, source, send });
      } catch (thrown) {
        // A defect of ours must not take DHCP away from every other machine.
        counters.count('internal_error');
        warn('internal', asIngotError(thrown, 'answering a DHCP message').message);
      }
    },
    onError: (error) => {
      counters.count('socket_error');
      warn('socket', `the DHCP socket on ${endpointName(endpoint)} reports: ${error.message}`);
    },
    onUnsent: ({ address, port: to }, error) => {
      // Its client asks again.
      counters.count(error === null ? 'send_queue_full' : 'send_failed');
      if (error === null) return;
      warn('send', `a DHCP reply to ${address}:${to} could not be sent: ${error.message}`);
    },
  });
  log.info({ at: endpointName(endpoint), port, networks: endpoint.networks }, 'DHCP server listens');

  return {
    stop: async () => {
      socket.stopReading();
      await answerer.settle?.();
      isOpen = false;
      await socket.close();
      frames?.close();
    },
  };
}

type Warn = (subject: string, sentence: string) => void;

/** At most one warning a minute and subject: a dead link must not fill the log. */
function createWarner(log: Log, clock: Pick<Clock, 'now'>): Warn {
  const limit = new RepeatLimit({ quietMs: 60_000, mostKeys: 16 });
  return (subject, sentence) => {
    if (limit.allows(subject, clock.now())) log.warn({ subject }, sentence);
  };
}

function sendBy(
  socket: BusySocket,
  frames: FrameSender | null,
  ...[bytes, destination]: Parameters<Send>
): void {
  const { address, port, frame } = destination;
  if (frame !== undefined && frames?.send(bytes, { ...destination, frame })) return;
  // By broadcast where it could not be sent alone.
  socket.send(bytes, { address: frame === undefined ? address : EVERYBODY, port });
}
