/**
 * A few UDP ports for conversations of many short turns. Who talks to a port is known by address and port of the other
 * end. `dgram` tells when something has come, and reads the first datagram; the others are read with one call, and what
 * their readers send leaves with one call. A conversation that is alone can wait a moment for its answer.
 */
import type { RemoteInfo } from 'node:dgram';
import { createUdpSocket, forbidSharing, openDescriptor } from './bound-socket.ts';
import {
  createIncomingDatagrams,
  type Peer,
  type SocketAddress,
  VECTOR_DATAGRAMS,
} from './datagram-vector.ts';
import { createGatheredSends, type RemoteEnd } from './gathered-sends.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, parseIpv4 } from './ipv4.ts';
import type { WatchDrops } from './kernel-drops.ts';
import { libc, socketAddress } from './libc.ts';

export type Conversation = {
  /** Ours. */
  readonly port: number;
  /** One datagram of these parts, at once or when this turn's other datagrams have been read. */
  send(parts: readonly Uint8Array[]): void;
  /**
   * Takes in what comes to this port within `ms`: true as soon as something has. The thread does nothing else
   * meanwhile, so `ms` is a fraction of one.
   */
  waitFor(ms: number): boolean;
  close(): void;
};

export type OnDatagram = (datagram: Uint8Array) => void;

export type SharedPorts = {
  /** Takes the next port that does not talk to this end already; null when there is none, or the system gives none. */
  open(to: RemoteEnd, onDatagram: OnDatagram): Conversation | null;
  close(): void;
};

export type SharedPortsOptions = {
  /** Ours; the system chooses the ports. */
  readonly address: Ipv4;
  /** How many; each is opened when its turn comes for the first time. */
  readonly ports: number;
  readonly elapsed: () => number;
  /** A datagram from an end that no conversation is with; `answer` sends one back. */
  readonly onStranger: (
    datagram: Uint8Array,
    from: RemoteEnd,
    answer: (datagram: Uint8Array) => void,
  ) => void;
  /** A datagram could not be sent. */
  readonly onError: (error: Error) => void;
  /** Looks at the ports' sockets as long as they are open. */
  readonly drops?: WatchDrops | undefined;
};

/**
 * Read together in one turn of the event loop, by all ports: others on this thread wait for a few milliseconds at most.
 */
const DATAGRAMS_A_TURN = 256;
/**
 * With so many conversations a thread that wakes for each datagram reads them nearly one by one. So it sleeps for a
 * moment between its turns and reads dozens: 200 TFTP clients in lockstep cost a third less CPU. Others on this thread
 * wait as long; 32 full blocks in that time are 230 MB/s.
 */
const CROWD = { conversations: 32, sleepUs: 200 } as const;
/** With the one that `dgram` has read, as many as one call can answer. */
const MOST_TOGETHER = VECTOR_DATAGRAMS - 1;
/** Of one that comes: an ACK, or a short text. */
const INCOMING_BYTES = 1024;
/** Bytes that a port may hold in each direction: of a crowd's whole windows. The kernel takes none before they come. */
const BUFFER_BYTES = 4 * 1024 * 1024;

type Port = {
  readonly number: number;
  readonly talkers: Map<number, OnDatagram>;
  send(parts: readonly Uint8Array[], to: SocketAddress): void;
  waitFor(ms: number): boolean;
  close(): void;
};

/** One number for both ends' addresses and ports; 48 bits. */
const keyOf = ({ address, port }: Peer): number => address * 65_536 + port;

export function createSharedPorts(options: SharedPortsOptions): SharedPorts {
  const { address, elapsed, onError, onStranger } = options;
  const incoming = createIncomingDatagrams(INCOMING_BYTES);
  const ports: (Port | null)[] = Array.from({ length: options.ports }, () => null);
  let next = 0;
  let conversations = 0;
  let left = DATAGRAMS_A_TURN;

  const spend = (datagrams: number): void => {
    if (left === DATAGRAMS_A_TURN && datagrams > 0)
      setImmediate(() => {
        if (conversations >= CROWD.conversations) libc.usleep(CROWD.sleepUs);
        left = DATAGRAMS_A_TURN;
      });
    left -= datagrams;
  };

  const openPort = (): Port | null => {
    const fd = portOn(address);
    if (fd === null) return null;
    const socket = createUdpSocket();
    socket.bind({ fd, exclusive: true });
    if (options.drops !== undefined) socket.once('close', options.drops(fd));
    forbidSharing(fd);
    const sends = createGatheredSends({
      socket,
      descriptor: fd,
      onUnsent: (_, error) => onError(error ?? new Error('too many datagrams wait for the kernel')),
    });
    const talkers = new Map<number, OnDatagram>();
    let isOpen = true;
    let isReading = false;

    const flush = (): void => {
      if (isOpen) sends.flush();
    };
    const send = (parts: readonly Uint8Array[], to: SocketAddress): void => {
      if (!isOpen) return;
      sends.add(parts, to);
      if (!isReading) flush();
    };
    const arrived = (datagram: Uint8Array, from: Peer): void => {
      const talker = talkers.get(keyOf(from));
      if (talker !== undefined) {
        talker(datagram);
        return;
      }
      const end = { address: ipv4FromNumber(from.address), port: from.port };
      onStranger(datagram, end, (answer) => send([answer], socketAddress(end.address, end.port)));
    };
    const reading = <T>(read: () => T): T => {
      const before = isReading;
      isReading = true;
      try {
        return read();
      } finally {
        isReading = before;
        flush();
      }
    };

    socket.on('error', onError);
    socket.on('message', (first: Buffer, from: RemoteInfo) => {
      const sender = parseIpv4(from.address);
      if (sender === null) return;
      reading(() => {
        arrived(first, { address: ipv4ToNumber(sender), port: from.port });
        if (isOpen && left > 0) spend(incoming.take(fd, Math.min(left, MOST_TOGETHER), arrived));
      });
    });
    return {
      number: socket.address().port,
      talkers,
      send,
      waitFor: (ms) => {
        flush();
        const until = elapsed() + ms;
        while (isOpen) {
          if (reading(() => incoming.take(fd, 1, arrived)) > 0) return true;
          if (elapsed() >= until) return false;
        }
        return false;
      },
      close: () => {
        if (isOpen) socket.close();
        isOpen = false;
      },
    };
  };

  const portFor = (key: number): Port | null => {
    for (let tries = 0; tries < ports.length; tries++) {
      next = (next + 1) % ports.length;
      const port = ports[next] ?? openPort();
      ports[next] = port;
      // The system may give no further one, while others are open.
      if (port !== null && !port.talkers.has(key)) return port;
    }
    return null;
  };

  return {
    open: (to, onDatagram) => {
      const key = keyOf({ address: ipv4ToNumber(to.address), port: to.port });
      const port = portFor(key);
      if (port === null) return null;
      port.talkers.set(key, onDatagram);
      conversations++;
      const name = socketAddress(to.address, to.port);
      return {
        port: port.number,
        send: (parts) => port.send(parts, name),
        waitFor: port.waitFor,
        close: () => {
          if (port.talkers.get(key) !== onDatagram) return;
          port.talkers.delete(key);
          conversations--;
        },
      };
    },
    close: () => {
      for (const port of ports) port?.close();
    },
  };
}

/** On a port that the system chooses; null when it gives none. */
function portOn(address: Ipv4): number | null {
  const buffers = { receiveBufferBytes: BUFFER_BYTES, sendBufferBytes: BUFFER_BYTES };
  try {
    return openDescriptor({ interface: null, address, port: 0, ...buffers });
  } catch {
    return null;
  }
}
