/** The DHCP server of one network: a socket bound to its interface, around an `Exchange`. */
import type { Socket } from 'node:dgram';
import type { Clock } from '../clock.ts';
import { asIngotError } from '../errors.ts';
import type { Log } from '../log.ts';
import { adoptSocket, openBoundSocket } from '../net/bound-socket.ts';
import { dynamicAddresses } from './address-range.ts';
import type { DhcpCounters } from './counters.ts';
import { type Destination, SERVER_PORT } from './destination.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import { LeaseBook } from './leases.ts';
import type { DhcpNetwork } from './network.ts';
import { RepeatLimit } from './repeat-limit.ts';

/** What an exchange needs, but for the lease book and the way out, which are the server's own. */
export type DhcpServerOptions = Omit<ExchangeParts, 'book' | 'send'> & {
  /** A socket that systemd bound (`BindToDevice=`, `Broadcast=yes`); absent or null: ours is opened. */
  readonly descriptor?: number | null;
};

export type DhcpServer = {
  /** What it serves, and who has which address there. */
  readonly network: DhcpNetwork;
  readonly book: LeaseBook;
  /** Commits and answers what waits, then closes the socket. The journal stays open. */
  stop(): Promise<void>;
};

/** Replies waiting for the kernel; more are dropped: their clients ask again. */
const MOST_UNSENT = 2048;

/** Messages that wait while leases are loaded. */
const MOST_HELD = 1024;

/** @throws IngotError `environment` when the socket cannot be had: it says which call failed and what to do. */
export async function startDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { network, journal, counters, log, clock } = options;
  const socket = await (options.descriptor == null
    ? openBoundSocket({ interface: network.interface, address: null, port: SERVER_PORT, shared: true })
    : adoptSocket(options.descriptor));
  const early = holdMessages(socket);
  const leases = await journal.load(network.name).catch(async (thrown: unknown) => {
    await new Promise<void>((resolve) => socket.close(resolve));
    throw thrown;
  });
  const book = new LeaseBook(dynamicAddresses(network), leases, clock.now());
  const warn = createWarner(log, clock);
  const send = createSender(socket, { counters, warn });
  const exchange = new Exchange({ ...options, book, send });

  const receive = (datagram: Uint8Array): void => {
    try {
      exchange.receive(datagram);
    } catch (thrown) {
      // A defect of ours must not take DHCP away from every other machine.
      counters.count('internal_error');
      warn('internal', asIngotError(thrown, 'answering a DHCP message').message);
    }
  };
  for (const datagram of early.release()) receive(datagram);
  socket.on('message', receive);
  socket.on('error', (error) => {
    counters.count('socket_error');
    warn('socket', `the DHCP socket on ${network.interface} reports: ${error.message}`);
  });
  log.info(
    { network: network.name, interface: network.interface, mode: network.mode },
    'DHCP server listens',
  );

  return {
    network,
    book,
    stop: async () => {
      socket.removeAllListeners('message');
      await journal.flush();
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/** What arrives while the leases are loaded: a socket that systemd passed may have waited with questions. */
function holdMessages(socket: Socket): { release(): readonly Uint8Array[] } {
  const held: Uint8Array[] = [];
  const hold = (datagram: Uint8Array): void => {
    if (held.length < MOST_HELD) held.push(datagram);
  };
  socket.on('message', hold);
  return {
    release: () => {
      socket.off('message', hold);
      return held;
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

function createSender(
  socket: Socket,
  { counters, warn }: { readonly counters: DhcpCounters; readonly warn: Warn },
): (bytes: Uint8Array, destination: Destination) => void {
  return (bytes, { address, port }) => {
    if (socket.getSendQueueCount() >= MOST_UNSENT) {
      counters.count('send_queue_full');
      return;
    }
    socket.send(bytes, port, address, (error) => {
      if (error === null) return;
      counters.count('send_failed');
      warn('send', `a DHCP reply to ${address}:${port} could not be sent: ${error.message}`);
    });
  };
}
